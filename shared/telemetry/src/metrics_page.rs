//! The metrics of the process as a page in Prometheus's text format.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use prometheus::{Registry, TextEncoder};
use std::{convert::Infallible, future::Future, pin::pin, sync::OnceLock, time::Duration};
use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

static REGISTRY: OnceLock<Registry> = OnceLock::new();

/// More readers than any monitoring has; further ones are turned away.
const MOST_CONNECTIONS: usize = 32;
/// How long a reader may take to send its request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(5);
/// How long to wait when no connection can be accepted, for instance because the process has too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

pub(crate) fn set_registry(registry: Registry) {
    // Telemetry starts once, so there is nothing to replace.
    let _ = REGISTRY.set(registry);
}

/// Every metric of the process in Prometheus's text format; empty before telemetry is started.
pub fn render_metrics() -> String {
    REGISTRY.get().and_then(|registry| TextEncoder::new().encode_to_string(&registry.gather()).ok()).unwrap_or_default()
}

/// Serves `GET /metrics` on the listener until `shutdown` is ready, then drops what is open.
pub async fn serve_metrics(listener: TcpListener, shutdown: impl Future<Output = ()>) {
    let mut shutdown = pin!(shutdown);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = &mut shutdown => return,
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if connections.len() < MOST_CONNECTIONS => {
                    connections.spawn(serve_connection(stream));
                }
                Ok(_) => {}
                Err(error) => {
                    tracing::warn!(%error, "the metrics port accepts no connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
        }
    }
}

async fn serve_connection(stream: TcpStream) {
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .serve_connection(TokioIo::new(stream), service_fn(respond))
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a reader of the metrics went away");
    }
}

async fn respond(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::default());
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/metrics") => {
            let kind = http::HeaderValue::from_static(prometheus::TEXT_FORMAT);
            response.headers_mut().insert(CONTENT_TYPE, kind);
            *response.body_mut() = Full::from(render_metrics());
        }
        (_, "/metrics") => *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED,
        _ => *response.status_mut() = StatusCode::NOT_FOUND,
    }
    Ok(response)
}
