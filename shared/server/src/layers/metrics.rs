//! Rate, errors and duration of every method.

use dialtone_telemetry::RpcMetrics;
use http::{Request, Response};
use tonic::body::Body;

use super::{Around, Next};
use crate::body::OnEnd;

/// Counts a call from its first byte to its last, streams included.
#[derive(Clone)]
pub struct Metrics(RpcMetrics);

impl Metrics {
    /// To be called once telemetry has started: instruments made before measure nothing.
    #[allow(clippy::new_without_default, reason = "it binds to a global meter")]
    pub fn new() -> Self {
        Self(RpcMetrics::server(label))
    }
}

fn label(path: &str) -> Option<&'static str> {
    dialtone_proto::method(path).map(|method| method.path.trim_start_matches('/'))
}

impl Around for Metrics {
    async fn around<N: Next>(self, request: Request<Body>, next: N) -> Response<Body> {
        let call = self.0.begin(request.uri().path());
        let end = OnEnd::new(move |outcome| call.end(outcome.code as i32));
        end.follow(next.run(request).await)
    }
}
