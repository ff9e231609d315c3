//! A server that stays after the process that started it: for the local suite.

use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::killed::{clear, gone, serves};
use super::user::private_folder;
use super::{Binaries, PgError, PidFile, Tried, data_folder, free_port, initdb, reachable, run, run_as, signal, url};

/// Room for four services with several replicas and a person with psql.
const MAX_CONNECTIONS: u32 = 300;

/// A server whose life is its folder's, not this value's.
pub struct Cluster {
    bin: Binaries,
    dir: PathBuf,
    port: u16,
}

impl Cluster {
    /// See [`super::Cluster::persistent`].
    pub fn start(bin: &Binaries, dir: &Path, port: u16) -> Result<Cluster, PgError> {
        let dir = reachable(dir);
        let mut cluster = Cluster { bin: bin.clone(), dir, port };
        private_folder(&cluster.dir)?;
        cluster.create()?;
        if let Some(running) = cluster.running() {
            cluster.port = running.port;
            return Ok(cluster);
        }
        if cluster.port == 0 {
            cluster.port = cluster.last_port().map_or_else(free_port, Ok)?;
        }
        cluster.launch()?;
        Ok(cluster)
    }

    /// The cluster of this folder where it runs now, without starting anything.
    pub fn running_in(dir: &Path) -> Option<Cluster> {
        let dir = reachable(dir);
        let bin = Binaries::find(dir.parent()).ok()?;
        let mut cluster = Cluster { bin, dir, port: 0 };
        cluster.port = cluster.running()?.port;
        Some(cluster)
    }

    fn create(&self) -> Result<(), PgError> {
        let data = data_folder(&self.dir);
        match fs::read_to_string(data.join("PG_VERSION")) {
            Ok(found) if found.trim() == self.bin.version().to_string() => Ok(()),
            Ok(found) => Err(PgError::OtherVersion {
                dir: data.display().to_string(),
                found: found.trim().to_owned(),
                server: self.bin.version(),
            }),
            Err(_) => {
                // Left by an initdb that was interrupted; it never held anything.
                let _ = fs::remove_dir_all(&data);
                initdb(&self.bin, &data)
            }
        }
    }

    /// The server where it runs. One that is just starting or just dying is waited for.
    fn running(&self) -> Option<PidFile> {
        let give_up = Instant::now() + Duration::from_secs(10);
        loop {
            let data = data_folder(&self.dir);
            let file = PidFile::read(&data).filter(|file| serves(file.pid, &data))?;
            if file.ready && TcpStream::connect(("127.0.0.1", file.port)).is_ok() {
                return Some(file);
            }
            if Instant::now() > give_up {
                return None;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn last_port(&self) -> Option<u16> {
        fs::read_to_string(self.dir.join("port")).ok()?.trim().parse().ok()
    }

    /// Starts the server again on the same port, for instance after [`Cluster::kill`].
    pub fn launch(&self) -> Result<(), PgError> {
        clear(&data_folder(&self.dir));
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections={MAX_CONNECTIONS}",
            self.port
        );
        let mut command = self.pg_ctl();
        command.args(["start", "-w", "-t", "60", "-o", &options]).arg("-l").arg(self.log());
        // pg_ctl keeps its output open in the server: without this, waiting for the output's end would never end.
        command
            .stdin(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null());
        let status = command.status().tried("starting pg_ctl")?;
        if !status.success() {
            let output = fs::read_to_string(self.log()).unwrap_or_default();
            let tail: Vec<&str> = output.lines().rev().take(5).collect();
            return Err(PgError::Failed {
                program: "pg_ctl start",
                output: tail.into_iter().rev().collect::<Vec<_>>().join("\n"),
            });
        }
        fs::write(self.dir.join("port"), self.port.to_string()).tried("remembering the port")
    }

    /// Ends every connection and stops the server, cleanly.
    pub fn stop(&self) -> Result<(), PgError> {
        if self.running().is_none() {
            return Ok(());
        }
        run("pg_ctl stop", self.pg_ctl().args(["stop", "-w", "-m", "fast"]))
    }

    /// Ends the server as a power cut would: every process at once, no check-point. [`Cluster::launch`] recovers.
    pub fn kill(&self) -> Result<(), PgError> {
        let Some(file) = PidFile::read(&data_folder(&self.dir)) else {
            return Ok(());
        };
        signal(file.pid, "KILL");
        // The signal is on its way when `kill` returns. The children notice that their parent died and end by themselves; a new
        // server waits for the last of them.
        gone(file.pid);
        Ok(())
    }

    /// Superuser URL of the database `postgres`.
    pub fn url(&self) -> String {
        url(self.port, "postgres")
    }

    /// Port on the loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Process id of the server where it runs.
    pub fn pid(&self) -> Option<u32> {
        self.running().map(|file| file.pid)
    }

    /// The server's log.
    pub fn log(&self) -> PathBuf {
        self.dir.join("log")
    }

    fn pg_ctl(&self) -> std::process::Command {
        let mut command = run_as(&self.bin.program("pg_ctl"));
        command.arg("-D").arg(data_folder(&self.dir));
        command
    }
}
