//! Logs, traces and metrics of a process: where they go, and how a trace is carried from call to call.
//!
//! Logs go to standard error, metrics are read at `/metrics`, and all three go to an OTLP collector if the standard
//! `OTEL_EXPORTER_OTLP_ENDPOINT` (or the one of a signal) names one; the other `OTEL_*` variables hold too. Must not know
//! gRPC messages or any service; what is worth measuring is decided where it happens.
//!
//! Instruments made from `opentelemetry::global::meter` before [`Telemetry::start`] measure nothing.

mod config;
mod export;
mod line;
mod metrics_page;
mod propagate;
mod redact;
mod rpc;
mod start;

pub use config::{LogFilter, LogFormat, TelemetryConfig};
pub use line::json_lines;
pub use metrics_page::{render_metrics, serve_metrics};
pub use opentelemetry::Context;
pub use propagate::{continue_trace, current_trace_id, extract, inject, inject_context};
pub use redact::{MailDomain, Redacted};
pub use rpc::{InFlight, MethodLabel, RpcMetrics};
pub use start::{StartError, Telemetry};
