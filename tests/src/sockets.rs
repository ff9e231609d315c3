//! The listening sockets of a suite, bound before anything connects to anything: the documented ports lie where the system also
//! takes ports for outgoing connections, and a pool that happens to sit on one would keep a service from starting.

use std::collections::HashMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use command_fds::{CommandFdExt, FdMapping};
use dialtone_server::METRICS_OFFSET;
use tokio::time::{Instant, sleep};

/// Inherited descriptors begin here, by the convention of systemd's socket activation.
const FIRST_DESCRIPTOR: i32 = 3;

/// How long a port that an outgoing connection sits on is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Sockets that are bound and not yet handed to their process.
#[derive(Default)]
pub struct Sockets(Mutex<HashMap<u16, Vec<TcpListener>>>);

impl Sockets {
    /// Binds what the process on `port` will listen on: the port itself, and the one for its metrics.
    pub async fn reserve(&self, port: u16) -> anyhow::Result<()> {
        let sockets = vec![bound(port).await?, bound(port + METRICS_OFFSET).await?];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(port, sockets);
        Ok(())
    }

    /// Lets the process that `command` starts inherit the sockets of `port`.
    pub async fn hand_over(&self, port: u16, command: &mut Command) -> anyhow::Result<()> {
        let reserved = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&port);
        let sockets = match reserved {
            Some(sockets) => sockets,
            None => vec![bound(port).await?, bound(port + METRICS_OFFSET).await?],
        };
        command.env("LISTEN_FDS", sockets.len().to_string()).env_remove("LISTEN_PID");
        let mappings = sockets
            .into_iter()
            .zip(FIRST_DESCRIPTOR..)
            .map(|(socket, child_fd)| FdMapping { parent_fd: OwnedFd::from(socket), child_fd });
        command.fd_mappings(mappings.collect())?;
        Ok(())
    }
}

async fn bound(port: u16) -> anyhow::Result<TcpListener> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let end = Instant::now() + PATIENCE;
    loop {
        match TcpListener::bind(address) {
            Ok(socket) => return Ok(socket),
            Err(error) if Instant::now() > end => {
                return Err(error).with_context(|| format!("port {port} is in use; end the program that uses it"));
            }
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}
