//! One span and one wide log line for each request.

use std::{
    task::Context,
    time::{Duration, Instant},
};

use dialtone_telemetry::continue_trace;
use http::{Request, Response};
use tonic::{Code, body::Body};
use tracing::{Instrument as _, Span, field};

use super::{Around, Next};
use crate::{
    body::{self, Filter, OnEnd, Outcome, Polled},
    context::RequestInfo,
};

/// Opens a span under the caller's (W3C `traceparent`) and writes one line at the end of the call, streams included. Neither
/// says anything of the person or of the content.
#[derive(Clone, Copy, Debug)]
pub struct Trace;

impl Around for Trace {
    async fn around<N: Next>(self, request: Request<Body>, next: N) -> Response<Body> {
        let info = known(&request);
        let span = span(&request, &info);
        let end = OnEnd::new({
            let (span, began) = (span.clone(), Instant::now());
            move |outcome| span.in_scope(|| finish(&info, &outcome, began.elapsed()))
        });
        let response = next.run(request).instrument(span.clone()).await;
        body::filtered(end.follow(response), InSpan(span))
    }
}

/// What the request-id layer put there.
pub(super) fn known(request: &Request<Body>) -> RequestInfo {
    let info = request.extensions().get::<RequestInfo>();
    info.expect("the request-id layer is outermost").clone()
}

fn span(request: &Request<Body>, info: &RequestInfo) -> Span {
    // Only paths of known methods: anything else would let callers invent names without end.
    let name = info.method().map_or("_OTHER", |method| method.path);
    let span = tracing::info_span!(
        "request",
        otel.name = name.trim_start_matches('/'),
        otel.kind = "server",
        otel.status_code = field::Empty,
        rpc.system.name = "grpc",
        rpc.method = name.trim_start_matches('/'),
        rpc.response.status_code = field::Empty,
        request = info.id(),
    );
    continue_trace(&span, request.headers());
    span
}

fn finish(info: &RequestInfo, outcome: &Outcome, took: Duration) {
    let method = info.method().map_or("_OTHER", |method| method.path);
    let code = code_name(outcome.code);
    Span::current().record("rpc.response.status_code", code);
    let ours = matches!(outcome.code, Code::Internal | Code::Unknown | Code::DataLoss);
    if ours {
        Span::current().record("otel.status_code", "ERROR");
    }
    let (reason, caller) = (outcome.reason.as_str(), info.caller_kind());
    let duration_ms = took.as_secs_f64() * 1000.0;
    if info.is_probe() {
        tracing::debug!(method, code, reason, caller, duration_ms, request = info.id(), "request");
    } else if ours {
        tracing::warn!(method, code, reason, caller, duration_ms, request = info.id(), "request");
    } else {
        tracing::info!(method, code, reason, caller, duration_ms, request = info.id(), "request");
    }
}

/// The code as the protocol spells it: `DEADLINE_EXCEEDED`.
fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

/// The body of a stream works in the span of its request.
struct InSpan(Span);

impl Filter for InSpan {
    fn poll(&mut self, inner: &mut Body, cx: &mut Context<'_>) -> Polled {
        self.0.in_scope(|| body::pass(inner, cx))
    }
}
