//! The providers of traces, metrics and logs, and the collector they export to.

use crate::StartError;
use opentelemetry::KeyValue;
use opentelemetry_otlp::{LogExporter, MetricExporter, SpanExporter};
use opentelemetry_sdk::{
    Resource,
    logs::SdkLoggerProvider,
    metrics::{Aggregation, Instrument, InstrumentKind, SdkMeterProvider, Stream},
    trace::{Sampler, SdkTracerProvider},
};
use std::{env, time::Duration};

/// Bucket borders of everything measured in seconds: from a cached read to a long operation.
const SECONDS: [f64; 18] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0];
/// How long the last export of each signal may take when the process stops.
const LAST_EXPORT: Duration = Duration::from_secs(3);

/// The three providers of a process.
pub(crate) struct Providers {
    pub(crate) tracer: SdkTracerProvider,
    pub(crate) meter: SdkMeterProvider,
    /// Only where logs are exported.
    pub(crate) logger: Option<SdkLoggerProvider>,
}

impl Providers {
    pub(crate) fn build(service: &str, registry: prometheus::Registry) -> Result<Self, StartError> {
        let resource = resource(service);
        Ok(Providers {
            tracer: tracer(resource.clone())?,
            meter: meter(resource.clone(), registry)?,
            logger: logger(resource)?,
        })
    }

    /// Exports what is left. Blocks.
    pub(crate) fn shutdown(self) {
        // Nothing can be done about a collector that is away when the process ends.
        let _ = self.tracer.shutdown_with_timeout(LAST_EXPORT);
        let _ = self.meter.shutdown_with_timeout(LAST_EXPORT);
        if let Some(logger) = self.logger {
            let _ = logger.shutdown_with_timeout(LAST_EXPORT);
        }
    }
}

fn tracer(resource: Resource) -> Result<SdkTracerProvider, StartError> {
    let builder = SdkTracerProvider::builder().with_resource(resource);
    if !exports("TRACES") {
        // Trace ids are still made and passed on, and a caller's decision to sample is kept for those further down.
        let sampler = Sampler::ParentBased(Box::new(Sampler::AlwaysOff));
        return Ok(builder.with_sampler(sampler).build());
    }
    let exporter = SpanExporter::builder().with_tonic().build().map_err(StartError::exporter)?;
    Ok(builder.with_batch_exporter(exporter).build())
}

fn meter(resource: Resource, registry: prometheus::Registry) -> Result<SdkMeterProvider, StartError> {
    let page = opentelemetry_prometheus::exporter().with_registry(registry).build().map_err(StartError::exporter)?;
    let mut builder = SdkMeterProvider::builder().with_resource(resource).with_reader(page).with_view(seconds_view);
    if exports("METRICS") {
        let exporter = MetricExporter::builder().with_tonic().build().map_err(StartError::exporter)?;
        builder = builder.with_periodic_exporter(exporter);
    }
    Ok(builder.build())
}

fn logger(resource: Resource) -> Result<Option<SdkLoggerProvider>, StartError> {
    if !exports("LOGS") {
        return Ok(None);
    }
    let exporter = LogExporter::builder().with_tonic().build().map_err(StartError::exporter)?;
    let provider = SdkLoggerProvider::builder().with_resource(resource).with_batch_exporter(exporter).build();
    Ok(Some(provider))
}

/// Whether a collector is named for the signal.
fn exports(signal: &str) -> bool {
    let is_set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    is_set("OTEL_EXPORTER_OTLP_ENDPOINT") || is_set(&format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"))
}

fn seconds_view(instrument: &Instrument) -> Option<Stream> {
    if instrument.kind() != InstrumentKind::Histogram || instrument.unit() != "s" {
        return None;
    }
    Stream::builder()
        .with_aggregation(Aggregation::ExplicitBucketHistogram { boundaries: SECONDS.to_vec(), record_min_max: true })
        .build()
        .ok()
}

/// What tells this process's signals from those of others. `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` add to it.
fn resource(service: &str) -> Resource {
    // Without an id of its own, the replicas' metrics would be written over each other.
    let host = env::var("HOSTNAME").unwrap_or_else(|_| "local".to_owned());
    let instance = format!("{host}-{}", std::process::id());
    let builder = Resource::builder().with_attributes([
        KeyValue::new("service.namespace", "dialtone"),
        KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
        KeyValue::new("service.instance.id", instance),
    ]);
    match env::var_os("OTEL_SERVICE_NAME") {
        Some(_) => builder.build(),
        None => builder.with_service_name(service.to_owned()).build(),
    }
}
