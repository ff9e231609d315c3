//! `grpc.health.v1.Health`: one status for the process (the empty name) and one for each service.

use tonic_health::{
    ServingStatus,
    pb::health_server::HealthServer,
    server::{HealthReporter, HealthService},
};

/// Handle on what the health service answers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Health {
    reporter: HealthReporter,
    names: Vec<&'static str>,
}

impl Health {
    /// Everything is serving from the start: whoever is not ready yet says so with [`Health::set_all`].
    pub async fn new(services: &[&'static str]) -> Self {
        let health = Self { reporter: HealthReporter::new(), names: services.to_vec() };
        health.set_all(true).await;
        health
    }

    /// The service to serve.
    pub fn service(&self) -> HealthServer<HealthService> {
        HealthServer::new(HealthService::from_health_reporter(self.reporter.clone()))
    }

    /// Says whether one service works, by its full name.
    pub async fn set(&self, service: &str, serving: bool) {
        self.reporter.set_service_status(service, status(serving)).await;
    }

    /// Says of the process and of each of its services whether it works.
    pub async fn set_all(&self, serving: bool) {
        self.set("", serving).await;
        for name in &self.names {
            self.set(name, serving).await;
        }
    }
}

fn status(serving: bool) -> ServingStatus {
    if serving { ServingStatus::Serving } else { ServingStatus::NotServing }
}
