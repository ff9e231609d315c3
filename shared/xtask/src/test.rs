//! `test`: every test of the workspace, on one throw-away Postgres server.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;

use anyhow::{Context, Result};
use dialtone_testkit::postgres::ThrowAwayCluster;

use crate::pg::{self, URL_VARIABLE};
use crate::run::{cargo, visibly};
use crate::tools;

/// Where the gateway's tests find the OpenID provider that they start: the folder of its Python packages.
const PROVIDER_VARIABLE: &str = "DIALTONE_TEST_OIDC_PROVIDER";

/// What `--databases` runs: everything whose meaning could change with the version of the server.
const DATABASE_FACING: [&str; 8] = [
    "dialtone-testkit",
    "dialtone-db",
    "dialtone-events",
    "dialtone-operations",
    "org-finder",
    "templates",
    "subscriptions",
    "user-provisioning",
];

/// Where tests find the name server that they start.
const NAME_SERVER_VARIABLE: &str = "DIALTONE_NSD";

/// Versions of the server that must pass.
const VERSIONS: [u32; 2] = [15, 18];

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Major version of the server; the first one found when not given.
    #[arg(long)]
    pg: Option<u32>,
    /// Only the crates that speak to the database, on each supported version of the server.
    #[arg(long, conflicts_with = "pg")]
    databases: bool,
    /// Passed on to `cargo test`, e.g. `-p templates -- submit`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    rest: Vec<String>,
}

pub(crate) fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    let start = Instant::now();
    let mut count = Count::default();
    if args.databases {
        for version in VERSIONS {
            count.add(on_version(root, version, &args.rest)?);
        }
    } else {
        count.add(on_server(root, args.pg, &selection(&args.rest), &args.rest)?);
    }
    println!(
        "\n{} passed, {} failed, {} ignored in {:.0} s",
        count.passed,
        count.failed,
        count.ignored,
        start.elapsed().as_secs_f32()
    );
    Ok(if count.success { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn on_version(root: &Path, version: u32, rest: &[String]) -> Result<Count> {
    match pg::server(root, Some(version)) {
        Ok(_) => {}
        Err(error) if version == pg::PIN_MAJOR => return Err(error),
        // An old version cannot be fetched, only found.
        Err(error) => {
            println!("== Postgres {version}: SKIPPED, {error:#}");
            return Ok(Count::default());
        }
    }
    let packages: Vec<String> = DATABASE_FACING.iter().map(|p| format!("-p={p}")).collect();
    on_server(root, Some(version), &packages, rest)
}

/// Without a package named, all of them.
fn selection(rest: &[String]) -> Vec<String> {
    let mut ours = rest.iter().take_while(|word| *word != "--");
    let named = ours.any(|word| word.starts_with("-p") || word.starts_with("--package"));
    if named { Vec::new() } else { vec!["--workspace".to_owned()] }
}

/// The tests of the suite start the services as processes, so those must be built.
fn starts_processes(which: &[String], rest: &[String]) -> bool {
    which.iter().chain(rest).any(|word| word == "--workspace" || word.ends_with("dialtone-suite"))
}

fn on_server(root: &Path, major: Option<u32>, which: &[String], rest: &[String]) -> Result<Count> {
    if starts_processes(which, rest) {
        println!("== building the services");
        visibly(cargo().current_dir(root).args(["build", "--workspace", "--bins"]))?;
    }
    let mut tests = cargo();
    tests.current_dir(root).args(["test", "--no-fail-fast"]);
    tests.args(which).args(rest);
    // Without them the tests that need them fail, and say so.
    match tools::path(root, "nsd") {
        Ok(server) => _ = tests.env(NAME_SERVER_VARIABLE, server),
        Err(error) => eprintln!("note: tests that ask a name server will fail: {error:#}"),
    }
    match tools::path(root, "oidc-provider-mock") {
        Ok(program) => _ = tests.env(PROVIDER_VARIABLE, program.ancestors().nth(2).unwrap_or(&program)),
        Err(error) => eprintln!("note: tests that ask an OpenID provider will fail: {error:#}"),
    }
    let given = std::env::var(URL_VARIABLE).ok().filter(|_| major.is_none());
    let Some(url) = given else {
        let server = pg::server(root, major)?;
        let bin = pg::folder(&server);
        let cluster = ThrowAwayCluster::start(&server)?;
        println!("== testing on Postgres {} of {}", server.version(), bin.display());
        tests.env(URL_VARIABLE, cluster.url());
        // Tests that start a server of their own start the same version.
        tests.env("DIALTONE_PG_BIN", bin);
        return counted(&mut tests);
    };
    println!("== testing on the server given by {URL_VARIABLE}");
    tests.env(URL_VARIABLE, url);
    counted(&mut tests)
}

#[derive(Debug, PartialEq, Eq)]
struct Count {
    passed: usize,
    failed: usize,
    ignored: usize,
    success: bool,
}

impl Default for Count {
    fn default() -> Count {
        Count { passed: 0, failed: 0, ignored: 0, success: true }
    }
}

impl Count {
    fn add(&mut self, other: Count) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.ignored += other.ignored;
        self.success &= other.success;
    }

    /// Adds the figures of `test result: ok. 3 passed; 0 failed; 1 ignored; …`; other lines say nothing.
    fn read(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else {
            return;
        };
        let words = result.split([' ', ';', '.']).filter(|word| !word.is_empty());
        let mut last = 0;
        for word in words {
            match word {
                "passed" => self.passed += last,
                "failed" => self.failed += last,
                "ignored" => self.ignored += last,
                number => last = number.parse().unwrap_or(0),
            }
        }
    }
}

/// Runs the tests, shows what they print and adds up their results.
fn counted(tests: &mut Command) -> Result<Count> {
    let mut child = tests.stdout(Stdio::piped()).spawn().context("starting cargo test")?;
    let mut count = Count::default();
    let output = child.stdout.take().expect("the output was asked for");
    for line in BufReader::new(output).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        count.read(&line);
        println!("{line}");
    }
    count.success = child.wait()?.success();
    Ok(count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_add_up() {
        let mut count = Count::default();
        count.read("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.1s");
        count.read("test result: FAILED. 2 passed; 5 failed; 0 ignored; 0 measured; 0 filtered out");
        count.read("test a::b ... ok");
        assert_eq!((count.passed, count.failed, count.ignored), (5, 5, 1));
    }

    #[test]
    fn a_named_package_replaces_the_workspace() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(selection(&words("-- -p")), ["--workspace"]);
        assert!(selection(&words("-p templates -- submit")).is_empty());
    }
}
