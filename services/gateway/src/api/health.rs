//! Follows the health of the services and tells it on as the health of the suite.
//!
//! | name asked | SERVING means |
//! | --- | --- |
//! | (empty) | this gateway takes calls. Says nothing of the services: one that is down must not take every gateway out of its load balancer |
//! | `dialtone` | the gateway and every service behind it take calls |
//! | a full service name, or a process (`org-finder`) | the process that serves it takes calls, by its own word |

use std::time::Duration;

use dialtone_client::Upstream;
use dialtone_ids::ServiceName;
use dialtone_server::Health;
use http::{HeaderMap, HeaderValue, Request, header};
use http_body_util::{BodyExt as _, Full};
use tokio::{sync::watch, time::timeout};

use crate::upstream::{Routes, Services};

/// The name under which the whole suite is asked for.
const SUITE: &str = "dialtone";
/// `HealthCheckRequest{}` as a gRPC frame.
const ASK: &[u8] = &[0, 0, 0, 0, 0];
/// `HealthCheckResponse{status: SERVING}` as a gRPC frame.
const SERVING: &[u8] = &[0, 0, 0, 0, 2, 8, 1];

/// Asks every service now and then, and at once when its connections change. Never ends.
pub(crate) async fn follow(services: Services, routes: &Routes, health: Health, every: Duration) {
    let states: Vec<_> = services.iter().map(|_| watch::Sender::new(false)).collect();
    let each = services.iter().zip(&states).map(|((process, upstream), state)| {
        let names: Vec<String> = routes.services_of(*process).map(str::to_owned).collect();
        follow_one(*process, upstream, names, health.clone(), every, state)
    });
    let each = futures::future::join_all(each);
    tokio::join!(each, follow_suite(&states, &health));
}

async fn follow_one(
    process: ServiceName,
    upstream: &Upstream,
    names: Vec<String>,
    health: Health,
    every: Duration,
    state: &watch::Sender<bool>,
) {
    let mut connections = upstream.connections();
    let mut before = None;
    loop {
        let connected = *connections.borrow_and_update() > 0;
        let serving = connected && ask(upstream, every).await;
        if before.replace(serving) != Some(serving) {
            tracing::info!(service = process.as_str(), serving, "health of a service");
            health.set(process.as_str(), serving).await;
            for name in &names {
                health.set(name, serving).await;
            }
            state.send_replace(serving);
        }
        // An error means that the upstream is gone, and this future with it.
        let _ = timeout(every, connections.changed()).await;
    }
}

async fn follow_suite(states: &[watch::Sender<bool>], health: &Health) {
    let mut followed: Vec<_> = states.iter().map(watch::Sender::subscribe).collect();
    loop {
        let all = followed.iter_mut().all(|state| *state.borrow_and_update());
        health.set(SUITE, all).await;
        let changes = followed.iter_mut().map(|state| Box::pin(state.changed()));
        let _ = futures::future::select_all(changes).await;
    }
}

/// Whether the process says that it is serving.
async fn ask(upstream: &Upstream, limit: Duration) -> bool {
    let deadline = tokio::time::Instant::now() + limit;
    let asking = async {
        let answer = upstream.send(request(), dialtone_client::Resend::Repeatable, Some(deadline)).await.ok()?;
        let body = answer.into_body().collect().await.ok()?;
        let ok = body.trailers().is_some_and(|t: &HeaderMap| t.get("grpc-status").is_some_and(|s| s == "0"));
        Some(ok && body.to_bytes() == SERVING)
    };
    timeout(limit, asking).await.ok().flatten().unwrap_or(false)
}

fn request() -> Request<Full<bytes::Bytes>> {
    let mut request = Request::new(Full::from(ASK));
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = http::Uri::from_static("/grpc.health.v1.Health/Check");
    let headers = request.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    headers.insert(header::TE, HeaderValue::from_static("trailers"));
    request
}
