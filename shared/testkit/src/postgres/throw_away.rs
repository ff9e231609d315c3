//! A server that lives as long as its owner: for tests.
//!
//! A shell is the server's parent and reads a pipe whose other end only the owner holds. When the owner drops the value,
//! returns from `main` or is killed, the pipe closes and the shell stops the server and removes its data. No timer, no
//! signal handler, nothing to forget.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::killed::alive;
use super::user::private_folder;
use super::{Binaries, PgError, PidFile, Tried, data_folder, free_port, initdb, run_as, signal, url};
use std::os::unix::process::CommandExt;

const PREFIX: &str = "dialtone-pg-";

/// Safe to lose, so fast: nothing is ever flushed, and no background work disturbs a measurement.
const SETTINGS: &[&str] = &[
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=400",
    "shared_buffers=128MB",
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_wal_size=1GB",
    "log_min_messages=warning",
];

/// A throw-away server. Dropping it stops the server and removes the data.
pub struct Cluster {
    keeper: Child,
    dir: PathBuf,
    port: u16,
}

impl Cluster {
    /// Creates and starts one; returns when it accepts connections.
    pub fn start(bin: &Binaries) -> Result<Cluster, PgError> {
        sweep();
        // Another process may take the port between our look and the server's start.
        let mut last = None;
        for attempt in 0..3 {
            match Self::start_once(bin, attempt) {
                Ok(cluster) => return Ok(cluster),
                Err(error) => last = Some(error),
            }
        }
        Err(last.expect("three attempts leave an error"))
    }

    fn start_once(bin: &Binaries, attempt: u32) -> Result<Cluster, PgError> {
        let dir = new_folder(attempt);
        private_folder(&dir)?;
        let data = data_folder(&dir);
        initdb(bin, &data)?;
        let port = free_port()?;
        let keeper = keep(bin, &dir, port)?;
        let cluster = Cluster { keeper, dir, port };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    fn wait_until_ready(&self) -> Result<(), PgError> {
        let give_up = Instant::now() + Duration::from_secs(30);
        loop {
            if PidFile::read(&data_folder(&self.dir)).is_some_and(|file| file.ready) {
                return Ok(());
            }
            if self.dir.join("ended").exists() || Instant::now() > give_up {
                let output = fs::read_to_string(self.log()).unwrap_or_default();
                return Err(PgError::Failed { program: "postgres", output });
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Superuser URL of the database `postgres`.
    pub fn url(&self) -> String {
        url(self.port, "postgres")
    }

    /// Port on the loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's log.
    pub fn log(&self) -> PathBuf {
        self.dir.join("log")
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        // Waiting makes a process that starts many clusters hold one at a time.
        let _ = self.keeper.wait();
    }
}

fn new_folder(attempt: u32) -> PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("{PREFIX}{}-{count}-{attempt}", std::process::id()))
}

/// Starts the shell which starts the server.
fn keep(bin: &Binaries, dir: &Path, port: u16) -> Result<Child, PgError> {
    const SCRIPT: &str = r#"
        dir=$1; shift
        ("$@" >"$dir/log" 2>&1 </dev/null; echo $? >"$dir/ended") &
        cat >/dev/null
        until [ -e "$dir/ended" ]; do
            kill -QUIT "$(head -n 1 "$dir/data/postmaster.pid")"
            sleep 0.05
        done
        rm -rf "$dir"
    "#;
    let mut command = run_as(Path::new("/bin/sh"));
    command.arg("-c").arg(SCRIPT).arg("dialtone-pg-keeper").arg(dir);
    command.arg(bin.program("postgres")).arg("-D").arg(data_folder(dir)).arg("-p").arg(port.to_string());
    for setting in SETTINGS {
        command.arg("-c").arg(setting);
    }
    // Out of the terminal's group: Ctrl-C must reach the owner first and the server through the pipe only.
    command.process_group(0).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().tried("starting /bin/sh")
}

/// Removes what a keeper could not: left only when the keeper itself was killed.
fn sweep() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()?.parse::<u32>().ok());
        let Some(owner) = owner else { continue };
        if alive(owner) {
            continue;
        }
        if let Some(file) = PidFile::read(&data_folder(&entry.path())) {
            signal(file.pid, "QUIT");
        }
        // Another user's leftovers are not ours to remove; that is no error.
        let _ = fs::remove_dir_all(entry.path());
    }
}
