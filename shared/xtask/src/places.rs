//! `places`: nothing in the project names a folder of one person's machine or something outside the project.

use std::path::{Component, Path};
use std::process::ExitCode;

use anyhow::Result;

use crate::finding::{Finding, report};
use crate::workspace::files;

/// Where people's own files are, on the systems that we know.
const HOMES: [&str; 3] = ["/home/", "/Users/", "/root/"];

/// Files written by tools, and texts of others.
const SKIPPED: [&str; 3] = ["Cargo.lock", "LICENSE", "proto/third_party"];

pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    let mut findings = Vec::new();
    let mut count = 0;
    for file in files(root, "")? {
        let Ok(text) = std::fs::read_to_string(root.join(&file)) else {
            continue; // not a text
        };
        // This file has to name what it looks for.
        if SKIPPED.iter().any(|name| file.starts_with(name)) || file.ends_with("src/places.rs") {
            continue;
        }
        count += 1;
        for (number, line) in text.lines().enumerate() {
            if let Some(rule) = check(&file, line) {
                let remedy = "say it relative to the project, or by a variable";
                findings.push(Finding::new(&file, number + 1, rule, remedy));
            }
        }
    }
    let summary = format!("{count} files name nothing outside the project");
    Ok(report(findings, &summary))
}

fn check(file: &Path, line: &str) -> Option<String> {
    for word in line.split(|c: char| c.is_whitespace() || "\"'`()<>,;=".contains(c)) {
        if HOMES.iter().any(|home| word.starts_with(home)) {
            return Some(format!("`{word}` exists on one machine only"));
        }
        if word.starts_with("../") && leaves_the_project(file, word) {
            return Some(format!("`{word}` is outside the project"));
        }
    }
    None
}

fn leaves_the_project(file: &Path, path: &str) -> bool {
    let depth = file.components().count() - 1;
    let up = Path::new(path).components().take_while(|part| matches!(part, Component::ParentDir)).count();
    up > depth
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn homes_and_outside_paths_are_found() {
        let found = |file: &str, line: &str| check(Path::new(file), line).is_some();
        assert!(found("README.md", "see `/home/me/notes`"));
        assert!(found("README.md", "see ../elsewhere/notes.md"));
        assert!(found("tests/src/lib.rs", "path = \"../../../x\""));
        assert!(!found("tests/src/lib.rs", "path = \"../../x\""));
        assert!(!found("README.md", "GET /organizations/home/"));
    }
}
