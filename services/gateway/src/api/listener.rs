//! The port: accepts connections, bounds them, and lets them end without losing a call.

use std::{convert::Infallible, io, net::SocketAddr, sync::Arc, time::Duration};

use http::Request;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::Gateway;
use crate::config::Config;

/// Pause after a failed accept: the usual cause, no file descriptors left, does not go away by trying harder.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// How much one stream may send us before its service has taken it.
const STREAM_WINDOW: u32 = 1024 * 1024;
/// How much all streams of one connection may.
const CONNECTION_WINDOW: u32 = 8 * 1024 * 1024;

/// Why the gateway does not serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeFault {
    /// The address could not be bound.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The descriptors do not fit together.
    #[error("reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// A gateway that is bound and not yet serving.
pub struct BoundListener {
    socket: TcpListener,
    gateway: Arc<Gateway>,
}

impl BoundListener {
    /// Binds the configured address.
    pub async fn bind(gateway: Gateway) -> Result<Self, ServeFault> {
        let address = gateway.config().serve.listen;
        let socket = dialtone_server::listen(address).await.map_err(|error| ServeFault::Listen(address, error))?;
        Ok(Self { socket, gateway: Arc::new(gateway) })
    }

    /// The address that was bound; tells the port where the configuration said 0.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Serves until `shutdown` ends. Then health says NOT_SERVING while calls are still taken (the lame-duck time),
    /// connections are told to go away, and what is not done within the drain time is cut.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let gateway = Arc::clone(&self.gateway);
        let serving = async {
            let stop = async {
                shutdown.await;
                gateway.health().set_all(false).await;
                sleep(ms(gateway.config().serve.lame_duck_ms)).await;
            };
            accept(self.socket, self.gateway, stop).await;
        };
        tokio::select! {
            () = serving => {}
            () = gateway.follow() => {}
        }
    }
}

async fn accept(socket: TcpListener, gateway: Arc<Gateway>, stop: impl Future<Output = ()>) {
    let config = gateway.config().clone();
    let http = protocol(&config);
    let draining = CancellationToken::new();
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        let full = connections.len() >= config.limits.max_connections;
        tokio::select! {
            () = &mut stop => break,
            Some(_) = connections.join_next() => {}
            // At the limit new connections wait in the kernel's queue.
            accepted = socket.accept(), if !full => match accepted {
                Ok((stream, _)) => {
                    let speaking = speak(stream, http.clone(), Arc::clone(&gateway), draining.child_token());
                    connections.spawn(speaking);
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
    // Closed before the drain: a client that comes now is refused at once and goes elsewhere.
    drop(socket);
    draining.cancel();
    let over = async { while connections.join_next().await.is_some() {} };
    if timeout(ms(config.serve.drain_ms), over).await.is_err() {
        tracing::warn!(connections = connections.len(), "cut what was left after the drain time");
        connections.shutdown().await;
    }
}

fn protocol(config: &Config) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // HTTP/1.1 gets as far as a typed 404. Without a timer hyper reads a slow client's headers for ever.
    builder.http1().timer(TokioTimer::new());
    builder
        .http2()
        .timer(TokioTimer::new())
        .auto_date_header(false)
        .max_concurrent_streams(config.serve.max_streams_per_connection)
        .max_header_list_size(config.limits.max_header_bytes)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .keep_alive_interval(ms(config.serve.ping_ms))
        .keep_alive_timeout(ms(config.serve.ping_timeout_ms));
    builder
}

/// HTTP on an open connection, until the peer leaves, the connection is old, or the process stops.
async fn speak(
    stream: TcpStream,
    http: auto::Builder<TokioExecutor>,
    gateway: Arc<Gateway>,
    draining: CancellationToken,
) {
    // Frames are small and wait for nobody; fails on a connection that is gone already.
    let _ = stream.set_nodelay(true);
    let serve = &gateway.config().serve;
    // Jitter, so that connections opened together by a restart do not end together for ever after.
    let age = ms(serve.connection_age_ms).mul_f64(0.9 + rand::random::<f64>() / 5.0);
    let grace = ms(serve.connection_grace_ms);
    let handler = service_fn({
        let draining = draining.clone();
        move |request: Request<Incoming>| {
            let (gateway, draining) = (Arc::clone(&gateway), draining.clone());
            async move { Ok::<_, Infallible>(gateway.answer(request, draining).await) }
        }
    });
    let connection = http.serve_connection(TokioIo::new(stream), handler);
    tokio::pin!(connection);
    let bound = tokio::select! {
        over = connection.as_mut() => return report(over),
        // The drain of the process bounds the rest, by ending this task.
        () = draining.cancelled() => None,
        () = sleep(age) => Some(grace),
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

const fn ms(value: u64) -> Duration {
    Duration::from_millis(value)
}
