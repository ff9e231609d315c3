//! Runs a Postgres server for tests and for the local suite, without Docker, without a system service and without root.
//!
//! Knows server binaries, data folders and ports. Must not know databases, roles or migrations: that is
//! [`crate::database`].

mod binaries;
mod killed;
mod persistent;
mod throw_away;
mod user;

use std::io;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

pub use binaries::Binaries;
pub use persistent::Cluster as PersistentCluster;
pub use throw_away::Cluster as ThrowAwayCluster;
pub use user::{reachable, run_as};

/// Why a server could not be found, started or stopped. The text says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum PgError {
    /// No server binaries anywhere on this machine.
    #[error(
        "no Postgres server found (looked in {0}); install one (`apt-get install -y postgresql`, \
         `brew install postgresql@18`) or set DIALTONE_PG_BIN to the folder with initdb and postgres"
    )]
    NotFound(String),
    /// A program of the server ended with an error.
    #[error("{program} failed: {output}")]
    Failed {
        /// Which program.
        program: &'static str,
        /// What it printed.
        output: String,
    },
    /// The data folder was made by another major version.
    #[error(
        "{dir} was made by Postgres {found}, the server found here is {server}; remove the folder or set DIALTONE_PG_BIN"
    )]
    OtherVersion {
        /// Data folder.
        dir: String,
        /// Version in its PG_VERSION.
        found: String,
        /// Version of the binaries.
        server: u32,
    },
    /// The file system or a process refused.
    #[error("{what}: {source}")]
    Io {
        /// What was tried.
        what: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// Attaches what was tried to an `io::Error`.
trait Tried<T> {
    fn tried(self, what: impl Into<String>) -> Result<T, PgError>;
}

impl<T> Tried<T> for io::Result<T> {
    fn tried(self, what: impl Into<String>) -> Result<T, PgError> {
        self.map_err(|source| PgError::Io { what: what.into(), source })
    }
}

/// A Postgres server of ours.
pub struct Cluster;

impl Cluster {
    /// Starts a throw-away server on a free port. It ends, and its data goes, when the value is dropped or when this
    /// process ends in whatever way.
    pub fn throw_away() -> Result<ThrowAwayCluster, PgError> {
        ThrowAwayCluster::start(&Binaries::find(None)?)
    }

    /// Starts, unless it runs already, a server which stays after this process; its data is in `dir/data`.
    /// With `port` 0 the port of the last start is kept, or a free one is chosen at the first.
    ///
    /// As root the server runs as another user; a `dir` which that user cannot reach is replaced, see [`reachable`].
    pub fn persistent(dir: &Path, port: u16) -> Result<PersistentCluster, PgError> {
        PersistentCluster::start(&Binaries::find(dir.parent())?, dir, port)
    }
}

/// A port that was free a moment ago.
fn free_port() -> Result<u16, PgError> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).tried("looking for a free port")?;
    Ok(listener.local_addr().tried("looking for a free port")?.port())
}

/// Creates an empty cluster in `data`. Trust is enough: the server listens on the loopback only.
fn initdb(bin: &Binaries, data: &Path) -> Result<(), PgError> {
    let mut command = run_as(&bin.program("initdb"));
    command.args(["-U", "postgres", "-A", "trust", "--no-sync", "--encoding=UTF8"]).arg("-D").arg(data);
    // Case rules of Unicode, order of bytes: the same answers on every machine, whatever its locales.
    if bin.version() >= 17 {
        command.args(["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]);
    } else if cfg!(target_os = "macos") {
        command.args(["--lc-collate=C", "--lc-ctype=UTF-8"]);
    } else {
        command.args(["--locale=C", "--lc-ctype=C.UTF-8"]);
    }
    run("initdb", &mut command)
}

/// Runs to the end; its output becomes the error.
fn run(program: &'static str, command: &mut Command) -> Result<(), PgError> {
    let output = command.output().tried(format!("starting {program}"))?;
    if output.status.success() {
        return Ok(());
    }
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    Err(PgError::Failed { program, output: text.trim().to_owned() })
}

/// What a running server wrote into `postmaster.pid`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct PidFile {
    pid: u32,
    port: u16,
    ready: bool,
}

impl PidFile {
    /// Reads the file; `None` where there is none, or only the beginning of one.
    fn read(data: &Path) -> Option<PidFile> {
        let text = std::fs::read_to_string(data.join("postmaster.pid")).ok()?;
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        Some(PidFile {
            pid: lines.first()?.parse().ok()?,
            port: lines.get(3)?.parse().ok()?,
            ready: lines.get(7).is_some_and(|state| *state == "ready"),
        })
    }
}

fn url(port: u16, database: &str) -> String {
    format!("postgres://postgres@127.0.0.1:{port}/{database}")
}

fn signal(pid: u32, name: &str) -> bool {
    Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).output().is_ok_and(|o| o.status.success())
}

/// Where a cluster in `dir` keeps its data.
fn data_folder(dir: &Path) -> PathBuf {
    dir.join("data")
}

#[cfg(test)]
mod tests;
