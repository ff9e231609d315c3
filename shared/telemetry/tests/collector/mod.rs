//! An OTLP collector in this process that keeps what it receives.

use opentelemetry_proto::tonic::{
    collector::{
        logs::v1::{
            ExportLogsServiceRequest, ExportLogsServiceResponse,
            logs_service_server::{LogsService, LogsServiceServer},
        },
        metrics::v1::{
            ExportMetricsServiceRequest, ExportMetricsServiceResponse,
            metrics_service_server::{MetricsService, MetricsServiceServer},
        },
        trace::v1::{
            ExportTraceServiceRequest, ExportTraceServiceResponse,
            trace_service_server::{TraceService, TraceServiceServer},
        },
    },
    logs::v1::LogRecord,
    metrics::v1::Metric,
    resource::v1::Resource,
    trace::v1::Span,
};
use std::sync::{Arc, Mutex};
use tonic::{
    Request, Response, Status,
    transport::{Server, server::TcpIncoming},
};

/// What a collector received.
#[derive(Default)]
pub(crate) struct Received {
    pub(crate) spans: Vec<Span>,
    pub(crate) metrics: Vec<Metric>,
    pub(crate) logs: Vec<LogRecord>,
    pub(crate) resources: Vec<Resource>,
}

#[derive(Clone, Default)]
pub(crate) struct Collector(Arc<Mutex<Received>>);

impl Collector {
    /// Starts one on a free port and returns its URL.
    pub(crate) async fn start() -> (Self, String) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let collector = Self::default();
        tokio::spawn(
            Server::builder()
                .add_service(TraceServiceServer::new(collector.clone()))
                .add_service(MetricsServiceServer::new(collector.clone()))
                .add_service(LogsServiceServer::new(collector.clone()))
                .serve_with_incoming(TcpIncoming::from(listener)),
        );
        (collector, format!("http://{address}"))
    }

    /// What came so far.
    pub(crate) fn received(&self) -> Received {
        std::mem::take(&mut self.0.lock().expect("no test panics with it"))
    }
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let mut kept = self.0.lock().expect("no test panics with it");
        for from in request.into_inner().resource_spans {
            kept.resources.extend(from.resource);
            kept.spans.extend(from.scope_spans.into_iter().flat_map(|scope| scope.spans));
        }
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let mut kept = self.0.lock().expect("no test panics with it");
        for from in request.into_inner().resource_metrics {
            kept.metrics.extend(from.scope_metrics.into_iter().flat_map(|scope| scope.metrics));
        }
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl LogsService for Collector {
    async fn export(
        &self,
        request: Request<ExportLogsServiceRequest>,
    ) -> Result<Response<ExportLogsServiceResponse>, Status> {
        let mut kept = self.0.lock().expect("no test panics with it");
        for from in request.into_inner().resource_logs {
            kept.logs.extend(from.scope_logs.into_iter().flat_map(|scope| scope.log_records));
        }
        Ok(Response::new(Default::default()))
    }
}
