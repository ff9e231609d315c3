//! `layers`: imports and dependencies go one way.
//!
//! Three checks: the layers inside a service, the files that all services share, and who may depend on which crate.

mod crates;
mod names;
mod rules;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;

use crate::finding::{Finding, report};
use crate::rust::named_paths;
use crate::workspace::{SERVICES, read, rust_files};

pub(crate) fn run(root: &Path) -> Result<ExitCode> {
    let mut findings = crates::check(root)?;
    let mut count = 0;
    for service in SERVICES.into_iter().chain(["gateway"]) {
        count += imports(root, service, &mut findings)?;
    }
    for service in SERVICES {
        findings.extend(names::check(root, service)?);
    }
    let summary = format!("{count} files of services and all dependencies go one way");
    Ok(report(findings, &summary))
}

/// Checks each source file of one service; returns how many there are.
fn imports(root: &Path, service: &str, findings: &mut Vec<Finding>) -> Result<usize> {
    let src = PathBuf::from("services").join(service).join("src");
    let files = rust_files(root, &src.to_string_lossy())?;
    for file in &files {
        let inside = file.strip_prefix(&src).unwrap_or(file);
        let place = rules::Place::of(service, inside);
        for named in named_paths(inside, &read(root, file)?) {
            if let Some(broken) = rules::check(&place, &named.segments) {
                findings.push(Finding::new(file, named.line, broken.rule, broken.remedy));
            }
        }
    }
    Ok(files.len())
}
