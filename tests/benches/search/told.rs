//! How long calls took as the service itself tells it: one line of its log for each.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::PathBuf;

use anyhow::Context as _;
use serde::Deserialize;

use crate::figures::quantile;

/// Where the log of a service ended.
pub struct Mark {
    log: PathBuf,
    end: u64,
}

#[derive(Deserialize)]
struct Line {
    method: Option<String>,
    duration_ms: Option<f64>,
}

impl Mark {
    /// The end of this log now.
    pub fn at(log: PathBuf) -> anyhow::Result<Self> {
        let end = std::fs::metadata(&log).with_context(|| log.display().to_string())?.len();
        Ok(Self { log, end })
    }

    /// In milliseconds, what 99 of 100 calls of a method took at most since then.
    pub fn p99(&self, path: &str) -> anyhow::Result<f64> {
        let mut log = File::open(&self.log)?;
        log.seek(SeekFrom::Start(self.end))?;
        let mut took = Vec::new();
        for line in BufReader::new(log).lines() {
            // The last one may be half written.
            let Ok(line) = serde_json::from_str::<Line>(&line?) else { continue };
            if line.method.as_deref() == Some(path) {
                took.extend(line.duration_ms);
            }
        }
        Ok(quantile(&mut took, 0.99))
    }
}
