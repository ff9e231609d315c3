//! Servers that only the system's packages carry, unpacked into a folder of ours instead of installed.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::whole_or_nothing;
use crate::run::{output, visibly};

/// The program from the package at the version that apt offers, with the libraries that this machine lacks.
pub(super) fn unpacked(package: &str, program: &str, home: &Path) -> Result<PathBuf> {
    let (lists, wanted) = missing_packages(package, &home.with_file_name("apt"))
        .with_context(|| format!("{package} comes through apt-get here; install it yourself and put it on the PATH"))?;
    let (_, version) =
        wanted.iter().find(|(name, _)| name == package).with_context(|| format!("apt-get does not offer {package}"))?;
    let target = home.join(version.replace([':', '+', '~'], "-"));
    let name = Path::new(program).file_name().unwrap_or_default();
    let wrapper = target.join(name);
    if !wrapper.is_file() {
        eprintln!("fetching {package} {version} with {} packages", wanted.len());
        whole_or_nothing(&target, |draft| fill(draft, &lists, &wanted, program))?;
    }
    Ok(wrapper)
}

/// Whose lists of packages apt-get reads.
enum Lists {
    System,
    /// Ours, in this folder: a fresh machine may have none.
    Own(PathBuf),
}

impl Lists {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("apt-get");
        command.env("LC_ALL", "C");
        if let Self::Own(folder) = self {
            for (what, place) in [("State::lists", "lists"), ("Cache", "cache")] {
                command.arg("-o").arg(format!("Dir::{what}={}", folder.join(place).display()));
            }
            // Locks of the system are not ours to take.
            command.args(["-o", "Debug::NoLocking=1"]);
        }
        command.args(arguments);
        command
    }

    /// Name and version of everything that installing the package would add, from a dry run.
    fn missing(&self, package: &str) -> Result<Vec<(String, String)>> {
        let plan = output(&mut self.command(&["install", "--simulate", "--no-install-recommends", package]))?;
        let wanted: Vec<_> = plan.lines().filter_map(planned).collect();
        if wanted.is_empty() {
            bail!("apt-get would install nothing for {package}");
        }
        Ok(wanted)
    }
}

/// What is missing by the system's lists; by lists that are fetched now where the system's do not know the package.
fn missing_packages(package: &str, own: &Path) -> Result<(Lists, Vec<(String, String)>)> {
    if let Ok(wanted) = Lists::System.missing(package) {
        return Ok((Lists::System, wanted));
    }
    for part in ["lists/partial", "cache/archives/partial"] {
        std::fs::create_dir_all(own.join(part)).with_context(|| format!("creating {}", own.display()))?;
    }
    let lists = Lists::Own(own.to_owned());
    eprintln!("fetching lists of packages");
    output(&mut lists.command(&["update", "--quiet"]))?;
    let wanted = lists.missing(package)?;
    Ok((lists, wanted))
}

/// `Inst nginx (1.22.1-9+deb12u10 Debian:12.11/oldstable [amd64])` -> name and version.
fn planned(line: &str) -> Option<(String, String)> {
    let (name, rest) = line.strip_prefix("Inst ")?.split_once(' ')?;
    let version = rest.split_once('(')?.1.split(' ').next()?;
    Some((name.to_owned(), version.to_owned()))
}

fn fill(draft: &Path, lists: &Lists, wanted: &[(String, String)], program: &str) -> Result<()> {
    let mut download = lists.command(&["download", "--quiet"]);
    download.current_dir(draft);
    for (name, version) in wanted {
        download.arg(format!("{name}={version}"));
    }
    output(&mut download)?;
    for entry in draft.read_dir()? {
        let file = entry?.path();
        if file.extension().is_some_and(|e| e == "deb") {
            visibly(Command::new("dpkg").arg("-x").arg(&file).arg(draft))?;
            std::fs::remove_file(&file)?;
        }
    }
    write_wrapper(draft, program)
}

/// A script that starts the program with the libraries beside it.
fn write_wrapper(draft: &Path, program: &str) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let name = Path::new(program).file_name().unwrap_or_default();
    let script = format!(
        "#!/bin/sh\nhere=$(dirname \"$(readlink -f \"$0\")\")\n\
         LD_LIBRARY_PATH=$(echo \"$here\"/usr/lib/*-linux-gnu | tr ' ' ':')\n\
         export LD_LIBRARY_PATH\nexec \"$here/{program}\" \"$@\"\n"
    );
    let wrapper = draft.join(name);
    std::fs::write(&wrapper, script)?;
    std::fs::set_permissions(&wrapper, std::fs::Permissions::from_mode(0o755))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::planned;

    #[test]
    fn planned_reads_a_dry_run() {
        let line = "Inst nginx (1.22.1-9+deb12u10 Debian:12.11/oldstable [amd64])";
        let expected = ("nginx".to_owned(), "1.22.1-9+deb12u10".to_owned());
        assert_eq!(planned(line), Some(expected));
        assert_eq!(planned("Conf nginx (1.22.1 x)"), None);
        let upgrade = "Inst libc6 [2.36-9] (2.36-10 Debian:12 [amd64])";
        assert_eq!(planned(upgrade).map(|p| p.1).as_deref(), Some("2.36-10"));
    }
}
