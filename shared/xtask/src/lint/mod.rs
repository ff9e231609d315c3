//! `lint`: every check of the source tree, each in its own module or command, all run whatever the others say.

mod cargo;
mod k8s;
mod proto;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};

use crate::{files, layers, places};

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Only these; all when none is named.
    names: Vec<String>,
}

/// How a check ended, when it could be run at all.
enum Outcome {
    Passed,
    Failed,
    /// It does not apply here, for this reason.
    Skipped(String),
}

impl Outcome {
    fn of(passed: bool) -> Outcome {
        if passed { Outcome::Passed } else { Outcome::Failed }
    }
}

type Check = fn(&Path) -> Result<Outcome>;

/// Name, what it checks, how. The quick ones first.
const CHECKS: &[(&str, &str, Check)] = &[
    ("fmt", "the layout of Rust source", cargo::fmt),
    ("files", "the length of source files", |root| finished(files::run(root))),
    ("places", "no path of one machine", |root| finished(places::run(root))),
    ("layers", "imports and dependencies go one way", |root| finished(layers::run(root))),
    ("lock", "Cargo.lock is up to date", cargo::lock),
    ("proto-lint", "names and structure of the protos", proto::lint),
    ("proto-format", "the layout of the protos", proto::format),
    ("proto-breaking", "no client of an earlier commit breaks", proto::breaking),
    ("deny", "licences, sources and duplicates of dependencies", cargo::deny),
    ("k8s", "manifests render and fit the published schemas", k8s::check),
    ("clippy", "no warning in any target", cargo::clippy),
];

fn finished(code: Result<ExitCode>) -> Result<Outcome> {
    Ok(Outcome::of(code? == ExitCode::SUCCESS))
}

pub(crate) fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    if let Some(unknown) = args.names.iter().find(|name| !CHECKS.iter().any(|(known, ..)| known == name)) {
        let known: Vec<&str> = CHECKS.iter().map(|(name, ..)| *name).collect();
        bail!("no check `{unknown}`; there are {}", known.join(", "));
    }
    let mut failed = Vec::new();
    for (name, what, check) in CHECKS {
        if !args.names.is_empty() && !args.names.iter().any(|wanted| wanted == name) {
            continue;
        }
        println!("== {name}: {what}");
        let start = Instant::now();
        let outcome = check(root);
        let seconds = start.elapsed().as_secs_f32();
        match outcome {
            Ok(Outcome::Passed) => println!("{name}: ok ({seconds:.1} s)"),
            Ok(Outcome::Skipped(why)) => println!("{name}: SKIPPED, {why}"),
            Ok(Outcome::Failed) => failed.push((name, "see above".to_owned())),
            Err(error) => failed.push((name, format!("{error:#}"))),
        }
        if failed.last().is_some_and(|(last, _)| *last == name) {
            println!("{name}: FAILED ({seconds:.1} s)");
        }
    }
    Ok(summary(&failed))
}

fn summary(failed: &[(&&str, String)]) -> ExitCode {
    if failed.is_empty() {
        println!("\nlint: ok");
        return ExitCode::SUCCESS;
    }
    println!("\nlint: {} FAILED; one alone: `make lint ONLY=<name>`", failed.len());
    for (name, why) in failed {
        println!("  {name}: {why}");
    }
    ExitCode::FAILURE
}
