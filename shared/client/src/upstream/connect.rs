//! Opening one connection, and driving it until it ends. Does not decide when to open one.

use std::{
    fmt, io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use h2::{
    Ping, PingPong,
    client::{Builder, SendRequest},
};
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::oneshot,
    time::{sleep, timeout},
};
use tokio_rustls::TlsConnector;

/// How much a stream may send us unread. Also what one slow reader can make us hold.
const STREAM_WINDOW: u32 = 1024 * 1024;
/// How much all streams of a connection together may send us unread.
const CONNECTION_WINDOW: u32 = 8 * 1024 * 1024;

/// How connections are opened and watched.
#[derive(Clone)]
pub(crate) struct Dial {
    pub(crate) timeout: Duration,
    pub(crate) ping_every: Duration,
    pub(crate) ping_timeout: Duration,
    pub(crate) tls: Option<(Arc<rustls::ClientConfig>, ServerName<'static>)>,
}

/// Why there is no connection; for the log.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DialError {
    #[error("it took too long")]
    Timeout,
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error(transparent)]
    Http2(#[from] h2::Error),
}

/// An opened connection.
pub(crate) struct Opened {
    /// Starts streams.
    pub(crate) sender: SendRequest<Bytes>,
    /// Resolves when the connection takes no more streams: with a value when the server said GOAWAY, with an error when
    /// it is gone.
    pub(crate) lame: oneshot::Receiver<()>,
    /// While it lives the connection stays open when idle; dropped, it ends with its last stream.
    pub(crate) keep: oneshot::Sender<()>,
}

/// Connects, shakes hands and starts the task that drives the connection.
pub(crate) async fn open(address: SocketAddr, dial: &Dial) -> Result<Opened, DialError> {
    timeout(dial.timeout, handshake(address, dial)).await.unwrap_or(Err(DialError::Timeout))
}

async fn handshake(address: SocketAddr, dial: &Dial) -> Result<Opened, DialError> {
    let tcp = TcpStream::connect(address).await?;
    // Small frames must not wait for the acknowledgement of others.
    tcp.set_nodelay(true)?;
    match &dial.tls {
        None => http2(tcp, dial).await,
        Some((config, name)) => {
            let tls = TlsConnector::from(Arc::clone(config));
            http2(tls.connect(name.clone(), tcp).await?, dial).await
        }
    }
}

async fn http2<T>(io: T, dial: &Dial) -> Result<Opened, DialError>
where
    T: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (sender, mut connection) = Builder::new()
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .enable_push(false)
        .handshake::<_, Bytes>(io)
        .await?;
    let pings = connection.ping_pong().expect("taken once");
    let (lame_tx, lame) = oneshot::channel();
    let (keep, keep_rx) = oneshot::channel();
    let driver = Driver { connection, probe: Some(sender.clone()), lame: Some(lame_tx), keep: keep_rx };
    tokio::spawn(drive(driver, pings, dial.ping_every, dial.ping_timeout));
    Ok(Opened { sender, lame, keep })
}

async fn drive<T>(driver: Driver<T>, pings: PingPong, every: Duration, limit: Duration)
where
    T: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    tokio::select! {
        end = driver => if let Err(error) = end {
            tracing::debug!(%error, "upstream connection ended");
        },
        why = until_dead(pings, every, limit) => tracing::info!(why, "upstream connection dropped"),
    }
}

/// Pings at intervals, idle or busy; returns when an answer stays away.
async fn until_dead(mut pings: PingPong, every: Duration, limit: Duration) -> &'static str {
    loop {
        sleep(every).await;
        match timeout(limit, pings.ping(Ping::opaque())).await {
            Ok(Ok(_)) => {}
            Ok(Err(_)) => return "ping refused",
            Err(_) => return "ping unanswered",
        }
    }
}

/// Drives a connection, and tells when it has gone lame. h2 ends a lame connection only after its last stream, which
/// may be hours away; calls must go elsewhere at once.
struct Driver<T> {
    connection: h2::client::Connection<T, Bytes>,
    /// A sender that is never used, only asked whether it still could be.
    probe: Option<SendRequest<Bytes>>,
    lame: Option<oneshot::Sender<()>>,
    keep: oneshot::Receiver<()>,
}

impl<T: AsyncRead + AsyncWrite + Unpin> Future for Driver<T> {
    type Output = Result<(), h2::Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let end = Pin::new(&mut self.connection).poll(cx);
        if self.probe.is_some() {
            let given_up = Pin::new(&mut self.keep).poll(cx).is_ready();
            let probe = self.probe.as_mut().expect("checked above");
            let refused = matches!(probe.poll_ready(cx), Poll::Ready(Err(_)));
            if refused || given_up {
                // The probe itself would keep the connection from ending.
                self.probe = None;
                let lame = self.lame.take();
                if let (Some(lame), Poll::Pending) = (lame, &end) {
                    // Nobody listens where the connection was given up.
                    let _ = lame.send(());
                }
                cx.waker().wake_by_ref();
            }
        }
        end
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").finish_non_exhaustive()
    }
}
