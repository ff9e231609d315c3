//! `schema`: each service's `store/schema.rs` is what its migrations make of an empty database.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Change nothing; fail where a file differs.
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(_root: &Path, args: &Args) -> Result<ExitCode> {
    anyhow::bail!("not built yet: {}", args.check)
}
