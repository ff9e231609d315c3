//! What a check of the source tree found, and how it is printed.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// One place that breaks one rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Relative to the root of the source tree.
    pub file: PathBuf,
    /// Counted from 1; 0 where the whole file is meant.
    pub line: usize,
    /// What is wrong.
    pub rule: String,
    /// What to do about it.
    pub remedy: String,
}

impl Finding {
    pub(crate) fn new(
        file: impl AsRef<Path>,
        line: usize,
        rule: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Finding {
        Finding { file: file.as_ref().to_path_buf(), line, rule: rule.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        write!(f, ": {}\n    {}", self.rule, self.remedy)
    }
}

/// Prints what was found, then `summary` when nothing was; the exit code says which.
pub(crate) fn report(mut findings: Vec<Finding>, summary: &str) -> ExitCode {
    findings.sort();
    findings.dedup();
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!("{summary}");
        return ExitCode::SUCCESS;
    }
    println!("{} to mend", findings.len());
    ExitCode::FAILURE
}
