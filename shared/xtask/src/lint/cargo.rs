//! The checks that cargo and its extensions make.

use std::path::Path;

use anyhow::Result;

use super::Outcome;
use crate::run::{cargo, quietly, visibly};
use crate::tools;

pub(super) fn fmt(root: &Path) -> Result<Outcome> {
    visibly(cargo().current_dir(root).args(["fmt", "--all", "--check"]))?;
    Ok(Outcome::Passed)
}

pub(super) fn clippy(root: &Path) -> Result<Outcome> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--locked", "--keep-going", "--", "-D", "warnings"];
    visibly(cargo().current_dir(root).args(arguments))?;
    Ok(Outcome::Passed)
}

pub(super) fn lock(root: &Path) -> Result<Outcome> {
    let (fits, said) = quietly(cargo().current_dir(root).args(["tree", "--locked", "--workspace", "--depth", "0"]))?;
    if !fits {
        println!("{}", said.trim());
        println!("    build once and commit Cargo.lock");
    }
    Ok(Outcome::of(fits))
}

/// Not the advisories: their list is fetched from outside, so the answer would depend on the day and on the network.
pub(super) fn deny(root: &Path) -> Result<Outcome> {
    let program = tools::path(root, "cargo-deny")?;
    let mut deny = std::process::Command::new(program);
    deny.current_dir(root).args(["--log-level", "error", "--locked", "check", "--hide-inclusion-graph"]);
    visibly(deny.args(["bans", "licenses", "sources"]))?;
    Ok(Outcome::Passed)
}
