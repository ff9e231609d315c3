//! A TCP proxy that misbehaves on demand, between a service and Postgres or between services.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// What the proxy does to every connection, open and new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Forwards.
    Pass,
    /// Forwards each piece after this time.
    Delay(Duration),
    /// Accepts and reads, forwards nothing, closes nothing: a dead network.
    BlackHole,
    /// Closes open connections at once, and new ones as soon as they are made: a dead server.
    Cut,
}

/// The running proxy; ends with the value.
pub struct TcpProxy {
    address: SocketAddr,
    mode: watch::Sender<Mode>,
    acceptor: JoinHandle<()>,
}

impl TcpProxy {
    /// Starts forwarding a free loopback port to `upstream`.
    pub async fn start(upstream: SocketAddr) -> std::io::Result<TcpProxy> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (mode, watched) = watch::channel(Mode::Pass);
        let acceptor = tokio::spawn(accept(listener, upstream, watched));
        Ok(TcpProxy { address, mode, acceptor })
    }

    /// Where to connect.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Changes what happens from now on.
    pub fn set(&self, mode: Mode) {
        self.mode.send_replace(mode);
    }

    /// The URL with this proxy in the place of its host and port.
    ///
    /// # Panics
    /// When `url` is not of the form `scheme://[user@]host:port/…`.
    pub fn url(&self, url: &str) -> String {
        let (scheme, rest) = url.split_once("://").expect("a URL has a scheme");
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let user = authority.rsplit_once('@').map(|(user, _)| format!("{user}@")).unwrap_or_default();
        format!("{scheme}://{user}{}/{path}", self.address)
    }
}

impl Drop for TcpProxy {
    fn drop(&mut self) {
        self.mode.send_replace(Mode::Cut);
        self.acceptor.abort();
    }
}

async fn accept(listener: TcpListener, upstream: SocketAddr, mode: watch::Receiver<Mode>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(serve(client, upstream, mode.clone()));
    }
}

/// One connection; a failed end is what a proxy shows by closing the other.
async fn serve(client: TcpStream, upstream: SocketAddr, mut mode: watch::Receiver<Mode>) {
    if *mode.borrow() == Mode::Cut {
        return;
    }
    let Ok(server) = TcpStream::connect(upstream).await else {
        return;
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let (client_in, client_out) = client.into_split();
    let (server_in, server_out) = server.into_split();
    let up = forward(client_in, server_out, mode.clone());
    let down = forward(server_in, client_out, mode.clone());
    tokio::select! {
        _ = async { tokio::join!(up, down) } => {}
        _ = mode.wait_for(|mode| *mode == Mode::Cut) => {}
    }
}

async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut mode: watch::Receiver<Mode>) {
    let mut piece = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        let now = *mode.borrow();
        match now {
            Mode::Delay(time) => tokio::time::sleep(time).await,
            // What was sent into the hole stays lost, like packets whose retries gave up; the connection is useless after.
            Mode::BlackHole if mode.wait_for(|mode| *mode != Mode::BlackHole).await.is_err() => {
                return;
            }
            Mode::BlackHole => return,
            Mode::Pass | Mode::Cut => {}
        }
        if to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn echo_server() -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback has free ports");
        let address = listener.local_addr().expect("it is bound");
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    let _ = tokio::io::copy(&mut from, &mut to).await;
                });
            }
        });
        address
    }

    async fn echo(stream: &mut TcpStream) -> std::io::Result<u8> {
        stream.write_all(&[42]).await?;
        stream.read_u8().await
    }

    #[tokio::test]
    async fn passes_then_swallows_then_cuts_then_passes_again() {
        let proxy = TcpProxy::start(echo_server().await).await.expect("the loopback has free ports");
        let mut stream = TcpStream::connect(proxy.address()).await.expect("the proxy listens");
        assert_eq!(echo(&mut stream).await.expect("it passes"), 42);

        proxy.set(Mode::BlackHole);
        let silence = tokio::time::timeout(Duration::from_millis(50), echo(&mut stream)).await;
        assert!(silence.is_err(), "{silence:?}");

        proxy.set(Mode::Cut);
        assert!(matches!(stream.read(&mut [0]).await, Ok(0) | Err(_)));

        proxy.set(Mode::Pass);
        let mut stream = TcpStream::connect(proxy.address()).await.expect("the proxy listens");
        assert_eq!(echo(&mut stream).await.expect("it passes"), 42);
    }

    #[tokio::test]
    async fn url_keeps_user_and_path() {
        let proxy = TcpProxy::start(echo_server().await).await.expect("the loopback has free ports");
        let url = proxy.url("postgres://app:secret@db.example:5432/suite?sslmode=disable");
        assert_eq!(url, format!("postgres://app:secret@{}/suite?sslmode=disable", proxy.address()));
    }
}
