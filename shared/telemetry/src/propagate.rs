//! The W3C trace context in HTTP headers: read from a call that comes in, written to one that goes out.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator},
    trace::TraceContextExt as _,
};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

struct Headers<'a>(&'a HeaderMap);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.keys().map(HeaderName::as_str).collect()
    }
}

struct HeadersMut<'a>(&'a mut HeaderMap);

impl Injector for HeadersMut<'_> {
    fn set(&mut self, key: &str, value: String) {
        // An empty `tracestate` says nothing.
        if value.is_empty() {
            return;
        }
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(key), HeaderValue::try_from(value)) {
            self.0.insert(name, value);
        }
    }
}

/// The trace that the headers continue; an empty context if they name none or a malformed one.
pub fn extract(headers: &HeaderMap) -> Context {
    TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(headers))
}

/// Writes the current span's trace into the headers, in place of what they have. Leaves them alone outside any trace.
pub fn inject(headers: &mut HeaderMap) {
    inject_context(&Span::current().context(), headers);
}

/// Writes the trace of `context` into the headers, in place of what they have. Leaves them alone if it has none.
pub fn inject_context(context: &Context, headers: &mut HeaderMap) {
    if context.span().span_context().is_valid() {
        headers.remove("tracestate");
        TraceContextPropagator::new().inject_context(context, &mut HeadersMut(headers));
    }
}

/// Makes the span part of the trace that the headers continue. Call it before the span is entered for the first time.
pub fn continue_trace(span: &Span, headers: &HeaderMap) {
    let context = extract(headers);
    if context.span().span_context().is_valid() {
        // Refused only for a span that is filtered out or was entered already; then it starts a trace of its own.
        let _ = span.set_parent(context);
    }
}

/// The id of the current span's trace, 32 hexadecimal digits, to find it by.
pub fn current_trace_id() -> Option<String> {
    let context = Span::current().context();
    let span = context.span();
    let id = span.span_context();
    id.is_valid().then(|| id.trace_id().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn what_was_extracted_is_injected_again() {
        let mut received = HeaderMap::new();
        received.insert("traceparent", HeaderValue::from_static(PARENT));
        received.insert("tracestate", HeaderValue::from_static("vendor=1"));
        let mut sent = HeaderMap::new();
        inject_context(&extract(&received), &mut sent);
        assert_eq!(sent, received);
    }

    #[test]
    fn a_malformed_or_absent_parent_is_no_trace_and_injects_nothing() {
        let mut received = HeaderMap::new();
        let mut sent = HeaderMap::new();
        inject_context(&extract(&received), &mut sent);
        received.insert("traceparent", HeaderValue::from_static("00-zz"));
        inject_context(&extract(&received), &mut sent);
        assert!(sent.is_empty());
    }
}
