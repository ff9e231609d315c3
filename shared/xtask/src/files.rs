//! `files`: a source file stays short enough to read in one go.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

use crate::finding::{Finding, report};
use crate::workspace::{read, rust_files};

const LIMIT: usize = 400;
/// A longer file says why, in a line that begins so.
const REASON: &str = "//! Long because: ";

pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    let mut findings = Vec::new();
    let mut lengths = Vec::new();
    let mut excused = 0;
    for file in rust_files(root, "")? {
        let text = read(root, &file)?;
        let lines = text.lines().count();
        lengths.push(lines);
        // Written by a program from the catalogue of the database: as long as the schema is.
        if lines <= LIMIT || file.ends_with("store/schema.rs") {
            continue;
        }
        if has_reason(&text) {
            excused += 1;
        } else {
            findings.push(Finding::new(
                &file,
                0,
                format!("{lines} lines, {LIMIT} are the limit"),
                format!("split it by verb or by type, or say why not: `{REASON}…`"),
            ));
        }
    }
    Ok(report(findings, &figures(lengths, excused)))
}

fn has_reason(text: &str) -> bool {
    text.lines().any(|line| line.strip_prefix(REASON).is_some_and(|why| why.len() > 10))
}

fn figures(mut lengths: Vec<usize>, excused: usize) -> String {
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).unwrap_or(&0);
    let longest = lengths.last().unwrap_or(&0);
    format!(
        "{} files, {} lines; median {median}, longest {longest}, {excused} over {LIMIT} with a reason",
        lengths.len(),
        lengths.iter().sum::<usize>()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reason_needs_words() {
        assert!(has_reason("//! x\n//! Long because: one table of all rules\n"));
        assert!(!has_reason("//! Long because: \n"));
        assert!(!has_reason("// Long because: one table of all rules\n"));
    }

    #[test]
    fn figures_name_median_and_longest() {
        assert_eq!(figures(vec![30, 10, 20], 0), "3 files, 60 lines; median 20, longest 30, 0 over 400 with a reason");
    }
}
