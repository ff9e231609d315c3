//! `schema`: each service's `store/schema.rs` is what its migrations make of an empty database.
//!
//! The comparing is a test of each service, named `schema`, see `dialtone_testkit::assert_schema`; this runs them, to write.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use dialtone_testkit::postgres::ThrowAwayCluster;

use crate::pg;
use crate::run::{cargo, visibly};
use crate::workspace::SERVICES;

/// Tells the tests to write what they would compare.
const WRITE_VARIABLE: &str = "DIALTONE_WRITE_SCHEMA";

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Change nothing; fail where a file differs.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    let server = pg::server(root, None)?;
    let cluster = ThrowAwayCluster::start(&server)?;
    let mut tests = cargo();
    tests.current_dir(root).args(["test", "--quiet", "--test", "it"]);
    for service in SERVICES {
        tests.args(["--package", service]);
    }
    tests.args(["--", "schema"]).env(pg::URL_VARIABLE, cluster.url());
    if !args.check {
        tests.env(WRITE_VARIABLE, "1");
    }
    visibly(&mut tests)?;
    Ok(ExitCode::SUCCESS)
}
