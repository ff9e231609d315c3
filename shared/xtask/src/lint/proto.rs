//! The checks that buf makes of the protos.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::Outcome;
use crate::run::{output, quietly, visibly};
use crate::tools;

/// Names that the main line may have, the first that exists is it.
const MAIN: [&str; 2] = ["origin/main", "main"];

pub(super) fn lint(root: &Path) -> Result<Outcome> {
    visibly(buf(root)?.arg("lint"))?;
    Ok(Outcome::Passed)
}

pub(super) fn format(root: &Path) -> Result<Outcome> {
    // The protos of others stay as they came.
    visibly(buf(root)?.args(["format", "--diff", "--exit-code", "--path", "dialtone"]))?;
    Ok(Outcome::Passed)
}

/// Against the newest commit of the main line that is not this one.
pub(super) fn breaking(root: &Path) -> Result<Outcome> {
    let Some(base) = base(root)? else {
        return Ok(Outcome::Skipped("there is no earlier commit here (a shallow clone, or the first one)".to_owned()));
    };
    let tree = git(root, &["ls-tree", "--name-only", &base, "proto/buf.yaml"])?;
    if tree.trim().is_empty() {
        return Ok(Outcome::Skipped(format!("{base} has no proto/buf.yaml to compare with")));
    }
    let earlier = Earlier::unpack(root, &base)?;
    let mut compare = buf(root)?;
    compare.args(["breaking", "--against"]).arg(earlier.0.join("proto"));
    visibly(&mut compare).with_context(|| format!("compared with {base}"))?;
    println!("compared with {base}");
    Ok(Outcome::Passed)
}

fn buf(root: &Path) -> Result<Command> {
    let mut buf = Command::new(tools::path(root, "buf")?);
    buf.current_dir(root.join("proto"));
    Ok(buf)
}

fn base(root: &Path) -> Result<Option<String>> {
    let Some(head) = commit(root, "HEAD")? else { return Ok(None) };
    for name in MAIN {
        let Some(main) = commit(root, name)? else { continue };
        let fork = git(root, &["merge-base", &head, &main]).unwrap_or(main);
        let fork = fork.trim().to_owned();
        if fork != head {
            return Ok(Some(fork));
        }
    }
    commit(root, "HEAD^")
}

fn commit(root: &Path, name: &str) -> Result<Option<String>> {
    let mut ask = Command::new("git");
    ask.current_dir(root).args(["rev-parse", "--verify", "--quiet", &format!("{name}^{{commit}}")]);
    let (known, said) = quietly(&mut ask)?;
    Ok(known.then(|| said.trim().to_owned()))
}

fn git(root: &Path, arguments: &[&str]) -> Result<String> {
    output(Command::new("git").current_dir(root).args(arguments))
}

/// The protos of an earlier commit, in a folder that goes with the value.
struct Earlier(PathBuf);

impl Earlier {
    fn unpack(root: &Path, commit: &str) -> Result<Earlier> {
        let dir = std::env::temp_dir().join(format!("dialtone-protos-{}", std::process::id()));
        std::fs::create_dir_all(&dir).with_context(|| format!("creating {}", dir.display()))?;
        let earlier = Earlier(dir);
        let archive = earlier.0.join("protos.tar");
        let to = format!("--output={}", archive.display());
        git(root, &["archive", &to, commit, "proto"])?;
        output(Command::new("tar").arg("-xf").arg(&archive).arg("-C").arg(&earlier.0))?;
        Ok(earlier)
    }
}

impl Drop for Earlier {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
