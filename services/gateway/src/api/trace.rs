//! The trace of a call: continues the caller's, and is passed on to the service.
//!
//! Spans are made with OpenTelemetry directly and not by way of `tracing`: every subscriber would format them, and a call
//! through the gateway has nothing to log within its span.

use dialtone_proto::Method;
use dialtone_telemetry::{Context, extract, inject_context};
use http::HeaderMap;
use opentelemetry::{
    KeyValue,
    global::{self, BoxedTracer},
    trace::{SpanKind, Status, TraceContextExt as _, Tracer as _},
};

/// Makes the spans of calls. Make it after telemetry is started.
pub(crate) struct Tracing(BoxedTracer);

impl Tracing {
    pub(crate) fn new() -> Self {
        Self(global::tracer("dialtone"))
    }

    /// Begins the span of a call under the trace that the headers name, and puts it there for the service.
    pub(crate) fn begin(&self, method: Option<&'static Method>, headers: &mut HeaderMap) -> Context {
        let name = method.map_or("_OTHER", |m| m.path.trim_start_matches('/'));
        let parent = extract(headers);
        let span = self.0.span_builder(name).with_kind(SpanKind::Server).start_with_context(&self.0, &parent);
        let context = parent.with_span(span);
        inject_context(&context, headers);
        context
    }
}

/// Ends the span of a call.
pub(crate) fn end(context: &Context, code: &'static str, ours: bool) {
    let span = context.span();
    if span.is_recording() {
        span.set_attribute(KeyValue::new("rpc.system.name", "grpc"));
        span.set_attribute(KeyValue::new("rpc.response.status_code", code));
        if ours {
            span.set_status(Status::error(code));
        }
    }
    span.end();
}
