//! A gRPC server from its configuration to its last call.

use std::{future::Future, io, net::SocketAddr, time::Duration};

use dialtone_authz::TokenVerifier;
use dialtone_ids::ServiceName;
use tokio::time::sleep;
use tokio_util::task::TaskTracker;

use crate::{Health, Listener, ServeConfig, Services, config::ms, sockets, stack};

/// How far the port of the metrics is above that of gRPC.
pub const METRICS_OFFSET: u16 = 1000;

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum ServeFault {
    /// The address could not be bound, or a file of TLS not be used.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, #[source] io::Error),
    /// The descriptors do not fit together.
    #[error("reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
}

/// A server that is bound and not yet serving.
pub struct Server {
    service: ServiceName,
    config: ServeConfig,
    verifier: TokenVerifier,
    services: Services,
    health: Health,
    listener: Listener,
}

/// Serves `services` with health and reflection until `shutdown` ends, and drains; beside it the metrics, on the port above by 1000.
/// For a process that needs neither the address nor the health handle; see [`Server`].
pub async fn serve(
    service: ServiceName,
    config: ServeConfig,
    verifier: TokenVerifier,
    services: Services,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServeFault> {
    let server = Server::bind(service, config, verifier, services).await?;
    server.run_with_metrics(shutdown).await
}

impl Server {
    /// Binds the address of `config` and adds health and reflection to `services`.
    pub async fn bind(
        service: ServiceName,
        config: ServeConfig,
        verifier: TokenVerifier,
        services: Services,
    ) -> Result<Self, ServeFault> {
        let health = Health::new(services.names()).await;
        let services = with_standard(services, &health)?;
        let listener = Listener::bind(&config, false).await;
        let listener = listener.map_err(|error| ServeFault::Listen(config.listen, error))?;
        Ok(Self { service, config, verifier, services, health, listener })
    }

    /// The address that was bound.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// What the health service answers.
    pub fn health(&self) -> Health {
        self.health.clone()
    }

    /// Serves until `shutdown` ends. Then health says NOT_SERVING while calls are still taken (the lame-duck time), connections are
    /// told to go away, and what is not done within the drain time is cut.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let detached = TaskTracker::new();
        let routes = self.services.into_routes();
        let stack = stack::stack(self.service, &self.config, self.verifier, detached.clone(), routes);
        let address = self.listener.local_addr().ok();
        tracing::info!(service = %self.service, address = ?address, "serving");
        let stop = leave(shutdown, self.health, ms(self.config.lame_duck_ms));
        self.listener.run(stack, detached, stop).await;
        tracing::info!(service = %self.service, "stopped");
    }

    /// [`Server::run`], with the process's metrics on the port above by [`METRICS_OFFSET`] until the drain is over.
    pub async fn run_with_metrics(self, shutdown: impl Future<Output = ()>) -> Result<(), ServeFault> {
        let mut address = self.config.listen;
        address.set_port(address.port().saturating_add(METRICS_OFFSET));
        let listener = sockets::listen(address).await.map_err(|error| ServeFault::Listen(address, error))?;
        tokio::select! {
            () = self.run(shutdown) => {}
            () = dialtone_telemetry::serve_metrics(listener, std::future::pending()) => {}
        }
        Ok(())
    }
}

/// Ends when a process that was told to stop may close its socket: after `shutdown`, health says NOT_SERVING for the lame-duck time.
pub async fn leave(shutdown: impl Future<Output = ()>, health: Health, lame_duck: Duration) {
    shutdown.await;
    health.set_all(false).await;
    sleep(lame_duck).await;
}

/// Adds health and both versions of reflection, which lists the services added so far. Older clients (grpcurl 1.8) know v1alpha only.
pub fn with_standard(services: Services, health: &Health) -> Result<Services, ServeFault> {
    let reflection = || {
        let mut builder = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(dialtone_proto::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
            .with_service_name("grpc.health.v1.Health");
        for name in services.names() {
            builder = builder.with_service_name(*name);
        }
        builder
    };
    let (v1, v1alpha) = (reflection().build_v1()?, reflection().build_v1alpha()?);
    Ok(services.add(health.service()).add(v1).add(v1alpha))
}
