//! A proxy that understands one thing: a client's COMMIT. It cuts the connection there, before or after the server got it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The server never gets it.
    Before,
    /// The server commits; the client never hears of it.
    After,
}

pub(crate) struct CommitProxy {
    pub(crate) address: SocketAddr,
    armed: Arc<AtomicBool>,
}

impl CommitProxy {
    pub(crate) async fn start(upstream: SocketAddr, cut: Cut) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("the loopback has free ports");
        let address = listener.local_addr().expect("it is bound");
        let armed = Arc::new(AtomicBool::new(false));
        let trigger = Arc::clone(&armed);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let server = TcpStream::connect(upstream).await.expect("the server is up");
                tokio::spawn(serve(client, server, cut, Arc::clone(&trigger)));
            }
        });
        Self { address, armed }
    }

    /// The next COMMIT is cut; later ones pass.
    pub(crate) fn arm(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    pub(crate) fn has_cut(&self) -> bool {
        !self.armed.load(Ordering::SeqCst)
    }

    /// The URL through this proxy.
    pub(crate) fn url(&self, url: &str) -> String {
        let (user, rest) = url.split_once('@').expect("the URL has a user");
        let (_, database) = rest.split_once('/').expect("the URL has a database");
        format!("{user}@{}/{database}", self.address)
    }
}

async fn serve(client: TcpStream, server: TcpStream, cut: Cut, armed: Arc<AtomicBool>) {
    let (mut client_in, mut client_out) = client.into_split();
    let (mut server_in, mut server_out) = server.into_split();
    let deaf = Arc::new(AtomicBool::new(false));
    let deaf_down = Arc::clone(&deaf);
    let up = async move {
        let mut piece = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = client_in.read(&mut piece).await {
            let is_commit = piece[..length].windows(6).any(|window| window == b"COMMIT");
            if is_commit && armed.swap(false, Ordering::SeqCst) {
                if cut == Cut::Before {
                    return;
                }
                deaf.store(true, Ordering::SeqCst);
            }
            if server_out.write_all(&piece[..length]).await.is_err() {
                return;
            }
        }
    };
    let down = async move {
        let mut piece = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = server_in.read(&mut piece).await {
            // The answer to COMMIT: it has happened.
            if deaf_down.load(Ordering::SeqCst) || client_out.write_all(&piece[..length]).await.is_err() {
                return;
            }
        }
    };
    // Whoever ends first takes both sockets with it.
    tokio::select! { () = up => {}, () = down => {} }
}
