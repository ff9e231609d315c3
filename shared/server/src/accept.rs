//! The listening socket, and each connection from its first byte to its last.
//!
//! tonic 0.14's own loop cuts a connection that reached its age without a GOAWAY, and waits without bound for those that are
//! open when the process stops. Here a connection that is to end says GOAWAY, finishes the calls it has within a time, and is
//! cut only then.

use std::{convert::Infallible, future::Future, io, net::SocketAddr, time::Duration};

use http::{Request, Response};
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use rand::RngExt as _;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{
    sync::{CancellationToken, WaitForCancellationFutureOwned},
    task::TaskTracker,
};
use tonic::{body::Body, transport::server::Connected};
use tower::Service;

use crate::{ServeConfig, config::ms, sockets, tls};

/// The longest time to agree on TLS.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Pause after a failed accept: the usual cause, no file descriptors left, does not go away by trying harder.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// In the extensions of every request: whether its connection is to close. Streams without an end of their own end by it.
#[derive(Clone, Debug)]
pub struct Draining(CancellationToken);

impl Draining {
    /// Ends when the connection is to close.
    pub fn begun(&self) -> WaitForCancellationFutureOwned {
        self.0.clone().cancelled_owned()
    }
}

/// A bound socket.
pub struct Listener {
    socket: TcpListener,
    tls: Option<TlsAcceptor>,
    http: auto::Builder<TokioExecutor>,
    age: Duration,
    grace: Duration,
    drain: Duration,
}

/// What a connection needs of the listener.
#[derive(Clone)]
struct Terms {
    tls: Option<TlsAcceptor>,
    http: auto::Builder<TokioExecutor>,
    age: Duration,
    grace: Duration,
}

impl Listener {
    /// Binds `config.listen`; with `http1`, clients may also speak HTTP/1.1.
    pub async fn bind(config: &ServeConfig, http1: bool) -> io::Result<Self> {
        let tls = config.tls.as_ref();
        Ok(Self {
            tls: tls.map(|tls| tls::acceptor(tls, http1)).transpose()?,
            socket: sockets::listen(config.listen).await?,
            http: protocol(config, http1),
            age: ms(config.connection_age_ms),
            grace: ms(config.connection_grace_ms),
            drain: ms(config.drain_ms),
        })
    }

    /// The address that was bound; tells the port where the configuration said 0.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves until `stop` ends; then takes no new connection, says GOAWAY on those there are, and waits for their calls and for
    /// `detached` tasks, but not longer than the drain time: what is left then is cut.
    pub async fn run<S>(self, service: S, detached: TaskTracker, stop: impl Future<Output = ()>)
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
        S::Future: Send,
    {
        let terms = Terms { tls: self.tls, http: self.http, age: self.age, grace: self.grace };
        let draining = CancellationToken::new();
        let mut connections = JoinSet::new();
        tokio::pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                accepted = self.socket.accept() => match accepted {
                    Ok((stream, _)) => {
                        let one = connection(stream, service.clone(), terms.clone(), draining.child_token());
                        connections.spawn(one);
                    }
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection");
                        sleep(ACCEPT_PAUSE).await;
                    }
                },
                Some(_) = connections.join_next() => {}
            }
        }
        // Closed before the drain: a client that comes now is refused at once and goes elsewhere.
        drop(self.socket);
        draining.cancel();
        detached.close();
        let over = async {
            while connections.join_next().await.is_some() {}
            detached.wait().await;
        };
        if timeout(self.drain, over).await.is_err() {
            let (open, tasks) = (connections.len(), detached.len());
            tracing::warn!(connections = open, tasks, "cut what was left after the drain time");
            connections.shutdown().await;
        }
    }
}

fn protocol(config: &ServeConfig, http1: bool) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    if !http1 {
        builder = builder.http2_only();
    }
    // Without a timer hyper reads the headers of a slow HTTP/1.1 client for ever.
    builder.http1().timer(TokioTimer::new());
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(config.max_streams_per_connection)
        .adaptive_window(true)
        .keep_alive_interval(ms(config.ping_ms))
        .keep_alive_timeout(ms(config.ping_timeout_ms));
    builder
}

/// One connection, with TLS where there is some.
async fn connection<S>(stream: TcpStream, service: S, terms: Terms, draining: CancellationToken)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    // Frames are small and wait for nobody; fails on a connection that is gone already.
    let _ = stream.set_nodelay(true);
    let Some(tls) = terms.tls.clone() else {
        return speak(stream, service, terms, draining).await;
    };
    let handshake = timeout(HANDSHAKE, tls.accept(stream));
    let secured = tokio::select! {
        () = draining.cancelled() => return,
        secured = handshake => secured,
    };
    match secured {
        Ok(Ok(stream)) => speak(stream, service, terms, draining).await,
        Ok(Err(error)) => tracing::info!(%error, "TLS failed"),
        Err(_) => tracing::info!("TLS took too long"),
    }
}

/// HTTP on an open stream, until the peer leaves, the connection is old, or the process stops.
async fn speak<I, S>(stream: I, service: S, terms: Terms, draining: CancellationToken)
where
    I: AsyncRead + AsyncWrite + Connected + Unpin + Send + 'static,
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    let peer = stream.connect_info();
    let closing = Draining(draining.clone());
    let handler = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer.clone());
        request.extensions_mut().insert(closing.clone());
        service.clone().call(request)
    });
    let connection = terms.http.serve_connection(TokioIo::new(stream), handler);
    tokio::pin!(connection);
    // Jitter, so that connections opened together by a restart do not end together for ever after.
    let age = terms.age.mul_f64(rand::rng().random_range(0.9..1.1));
    let bound = tokio::select! {
        over = connection.as_mut() => return report(over),
        // The process's own drain bounds the rest, by ending this task.
        () = draining.cancelled() => None,
        () = sleep(age) => Some(terms.grace),
    };
    draining.cancel();
    connection.as_mut().graceful_shutdown();
    match bound {
        None => report(connection.await),
        Some(grace) => match timeout(grace, connection).await {
            Ok(over) => report(over),
            Err(_) => tracing::info!("cut an old connection with calls after its grace"),
        },
    }
}

fn report<E: std::fmt::Display>(over: Result<(), E>) {
    if let Err(error) = over {
        tracing::debug!(%error, "a connection ended badly");
    }
}
