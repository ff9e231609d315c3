//! Duration and number of calls, by method and status, named as OpenTelemetry's conventions for RPC name them.

use opentelemetry::{
    KeyValue, global,
    metrics::{Histogram, UpDownCounter},
};
use std::{sync::Arc, time::Instant};

/// Stands for every method that is not known: paths come from callers, and each would be a series of its own.
const OTHER: &str = "_OTHER";
/// The code of a call whose end nobody saw.
const CANCELLED: i32 = 1;

/// Gives a path's label (`package.Service/Method`) if the method is known.
pub type MethodLabel = fn(path: &str) -> Option<&'static str>;

/// The instruments of one side of RPC. Cheap to clone; make it after telemetry is started.
#[derive(Clone)]
pub struct RpcMetrics(Arc<Instruments>);

struct Instruments {
    duration: Histogram<f64>,
    active: UpDownCounter<i64>,
    label: MethodLabel,
    /// What is called; none on the server's side.
    upstream: Option<&'static str>,
}

impl RpcMetrics {
    /// Measures calls that come in: `rpc.server.call.duration` and `rpc.server.active_requests`.
    pub fn server(label: MethodLabel) -> Self {
        Self::new("rpc.server.call.duration", "rpc.server.active_requests", label, None)
    }

    /// Measures calls that go out to `upstream`: `rpc.client.call.duration` and `rpc.client.active_requests`.
    pub fn client(label: MethodLabel, upstream: &'static str) -> Self {
        Self::new("rpc.client.call.duration", "rpc.client.active_requests", label, Some(upstream))
    }

    fn new(duration: &'static str, active: &'static str, label: MethodLabel, upstream: Option<&'static str>) -> Self {
        let meter = global::meter("dialtone");
        RpcMetrics(Arc::new(Instruments {
            duration: meter
                .f64_histogram(duration)
                .with_unit("s")
                .with_description("How long calls take, to the end of their last message.")
                .build(),
            active: meter.i64_up_down_counter(active).with_description("How many calls are under way.").build(),
            label,
            upstream,
        }))
    }

    /// A call of the given path begins.
    pub fn begin(&self, path: &str) -> InFlight {
        let method = (self.0.label)(path).unwrap_or(OTHER);
        let call = InFlight { instruments: self.0.clone(), method, began: Instant::now(), ended: false };
        call.instruments.active.add(1, &call.attributes());
        call
    }
}

/// A call under way. Dropped without [`InFlight::end`], it counts as cancelled.
pub struct InFlight {
    instruments: Arc<Instruments>,
    method: &'static str,
    began: Instant,
    ended: bool,
}

impl InFlight {
    /// The label the call is counted under.
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// The call ended with the gRPC status of this number.
    pub fn end(mut self, code: i32) {
        self.record(code);
    }

    fn record(&mut self, code: i32) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        let mut attributes = self.attributes();
        self.instruments.active.add(-1, &attributes);
        attributes.push(KeyValue::new("rpc.response.status_code", code_name(code)));
        self.instruments.duration.record(self.began.elapsed().as_secs_f64(), &attributes);
    }

    fn attributes(&self) -> Vec<KeyValue> {
        let mut attributes = Vec::with_capacity(4);
        attributes.push(KeyValue::new("rpc.system.name", "grpc"));
        attributes.push(KeyValue::new("rpc.method", self.method));
        if let Some(upstream) = self.instruments.upstream {
            attributes.push(KeyValue::new("server.address", upstream));
        }
        attributes
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.record(CANCELLED);
    }
}

/// The name of a gRPC status code; numbers that are none count as UNKNOWN.
fn code_name(code: i32) -> &'static str {
    const NAMES: [&str; 17] = [
        "OK",
        "CANCELLED",
        "UNKNOWN",
        "INVALID_ARGUMENT",
        "DEADLINE_EXCEEDED",
        "NOT_FOUND",
        "ALREADY_EXISTS",
        "PERMISSION_DENIED",
        "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION",
        "ABORTED",
        "OUT_OF_RANGE",
        "UNIMPLEMENTED",
        "INTERNAL",
        "UNAVAILABLE",
        "DATA_LOSS",
        "UNAUTHENTICATED",
    ];
    usize::try_from(code).ok().and_then(|index| NAMES.get(index).copied()).unwrap_or("UNKNOWN")
}
