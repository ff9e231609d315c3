//! Finds the server's programs on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::{PgError, Tried};

/// A folder with `initdb`, `postgres` and `pg_ctl` of one version.
#[derive(Debug, Clone)]
pub struct Binaries {
    dir: PathBuf,
    version: u32,
}

impl Binaries {
    /// The first of: `DIALTONE_PG_BIN`, `PATH`, the newest system package, Homebrew, and `<dev>/pg/<version>/bin`,
    /// where `make` puts servers that it fetched.
    ///
    /// `dev` defaults to `.dev` of this workspace.
    pub fn find(dev: Option<&Path>) -> Result<Binaries, PgError> {
        if let Some(dir) = std::env::var_os("DIALTONE_PG_BIN") {
            return Self::in_folder(Path::new(&dir));
        }
        let dev = dev.map_or_else(workspace_dev, Path::to_path_buf);
        for dir in candidates(&dev) {
            if let Ok(found) = Self::in_folder(&dir) {
                return Ok(found);
            }
        }
        Err(PgError::NotFound(places(&dev)))
    }

    /// The first server of this major version in the same places; `DIALTONE_PG_BIN` only if it is of this version.
    pub fn of_version(dev: Option<&Path>, version: u32) -> Result<Binaries, PgError> {
        let dev = dev.map_or_else(workspace_dev, Path::to_path_buf);
        let given = std::env::var_os("DIALTONE_PG_BIN").map(PathBuf::from);
        given
            .into_iter()
            .chain(candidates(&dev))
            .filter_map(|dir| Self::in_folder(&dir).ok())
            .find(|found| found.version == version)
            .ok_or_else(|| PgError::NotFound(format!("version {version}, in {}", places(&dev))))
    }

    /// The server in exactly this folder.
    pub fn in_folder(dir: &Path) -> Result<Binaries, PgError> {
        for program in ["initdb", "postgres", "pg_ctl"] {
            if !dir.join(program).is_file() {
                return Err(PgError::NotFound(format!("{} without {program}", dir.display())));
            }
        }
        let output =
            Command::new(dir.join("postgres")).arg("--version").output().tried("asking postgres its version")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        match major_version(&text) {
            Some(version) => Ok(Binaries { dir: dir.to_path_buf(), version }),
            None => Err(PgError::Failed { program: "postgres", output: text }),
        }
    }

    /// Major version, e.g. 18.
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Full path of one of the server's programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }
}

/// `postgres (PostgreSQL) 15.18 (Debian …)` -> 15; development versions say `19devel`.
fn major_version(text: &str) -> Option<u32> {
    let number = text.split("(PostgreSQL)").nth(1)?.trim();
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// [`candidates`] in words.
fn places(dev: &Path) -> String {
    format!("PATH, /usr/lib/postgresql, Homebrew, {}/pg", dev.display())
}

fn candidates(dev: &Path) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut all: Vec<PathBuf> = std::env::split_paths(&path).collect();
    all.extend(newest_first(Path::new("/usr/lib/postgresql"), "", "bin"));
    for brew in ["/opt/homebrew/opt", "/usr/local/opt"] {
        all.extend(newest_first(Path::new(brew), "postgresql@", "bin"));
    }
    all.extend(newest_first(&dev.join("pg"), "", "bin"));
    all.extend(newest_first(&super::user::reachable(dev).join("pg"), "", "bin"));
    all
}

/// `<parent>/<prefix><version>/<leaf>` of each version there, the highest version first.
fn newest_first(parent: &Path, prefix: &str, leaf: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(parent).into_iter().flatten().flatten();
    let mut found: Vec<(Vec<u32>, PathBuf)> = entries
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let version = name.strip_prefix(prefix)?;
            let parts: Vec<u32> = version.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
            Some((parts, entry.path().join(leaf)))
        })
        .collect();
    found.sort_by(|a, b| b.0.cmp(&a.0));
    found.into_iter().map(|(_, path)| path).collect()
}

fn workspace_dev() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.dev")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn major_version_of_what_servers_print() {
        assert_eq!(major_version("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 19devel\n"), Some(19));
        assert_eq!(major_version("bash: no such file"), None);
    }

    #[test]
    fn newest_version_comes_first_by_number_not_by_text() {
        let dir = std::env::temp_dir().join(format!("dialtone-newest-{}", std::process::id()));
        for version in ["9.6", "15", "18.6.3", "notes"] {
            std::fs::create_dir_all(dir.join(version)).expect("temp folder is writable");
        }
        let found = newest_first(&dir, "", "bin");
        std::fs::remove_dir_all(&dir).expect("temp folder is ours");
        let expected: Vec<PathBuf> = ["18.6.3", "15", "9.6"].iter().map(|v| dir.join(v).join("bin")).collect();
        assert_eq!(found, expected);
    }
}
