//! Starts and stops the telemetry of a process.

use crate::{LogFormat, TelemetryConfig, export::Providers, line::json_lines, metrics_page};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing_subscriber::{Layer, Registry, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// The running telemetry of a process; one at most.
#[must_use = "what is not shut down does not export its last spans"]
pub struct Telemetry {
    providers: Providers,
}

/// Why telemetry did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An exporter cannot be built from the `OTEL_*` variables.
    #[error("an exporter cannot be set up: {0}")]
    Exporter(String),
    /// The process has telemetry, or another logger, already.
    #[error("telemetry is started once in a process")]
    AlreadyStarted,
}

impl StartError {
    pub(crate) fn exporter(error: impl std::fmt::Display) -> Self {
        StartError::Exporter(error.to_string())
    }
}

impl Telemetry {
    /// Makes logs, traces and metrics of this process those of `service` (`org-finder`). Call it inside the Tokio runtime,
    /// before anything is measured.
    pub fn start(config: &TelemetryConfig, service: &str) -> Result<Self, StartError> {
        let registry = prometheus::Registry::new();
        let providers = Providers::build(service, registry.clone())?;
        let tracer = providers.tracer.tracer("dialtone");
        let filter = &config.log_filter;

        let mut layers: Vec<Box<dyn Layer<Registry> + Send + Sync>> = vec![
            printed(config),
            tracing_opentelemetry::layer()
                .with_tracer(tracer)
                // File and line of each span cost more than they tell: names are unique.
                .with_location(false)
                .with_threads(false)
                .with_filter(filter.exported())
                .boxed(),
        ];
        if let Some(logger) = &providers.logger {
            let bridge = OpenTelemetryTracingBridge::new(logger);
            layers.push(bridge.with_filter(filter.exported()).boxed());
        }
        tracing_subscriber::registry().with(layers).try_init().map_err(|_| StartError::AlreadyStarted)?;
        metrics_page::set_registry(registry);
        opentelemetry::global::set_text_map_propagator(TraceContextPropagator::new());
        opentelemetry::global::set_tracer_provider(providers.tracer.clone());
        opentelemetry::global::set_meter_provider(providers.meter.clone());
        Ok(Telemetry { providers })
    }

    /// Exports what is left, for some seconds at most. Call it last, when the servers have drained.
    pub async fn shutdown(self) {
        // The exporters block their caller, and they need the runtime's threads to get anything sent.
        let _ = tokio::task::spawn_blocking(|| self.providers.shutdown()).await;
    }
}

fn printed(config: &TelemetryConfig) -> Box<dyn Layer<Registry> + Send + Sync> {
    let filter = config.log_filter.printed();
    match config.log_format {
        LogFormat::Json => json_lines(std::io::stderr).with_filter(filter).boxed(),
        LogFormat::Pretty => {
            let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
            layer.compact().with_target(false).with_filter(filter).boxed()
        }
    }
}
