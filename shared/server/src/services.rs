//! The services of one process, with their names: health and reflection need them.

use std::convert::Infallible;

use http::Request;
use tonic::{
    body::Body,
    codegen::Service,
    server::NamedService,
    service::{Routes, RoutesBuilder},
};

/// Services by the paths they answer.
#[derive(Clone, Debug, Default)]
pub struct Services {
    routes: Routes,
    names: Vec<&'static str>,
}

impl Services {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a generated server.
    #[must_use]
    #[expect(clippy::should_implement_trait, reason = "no sum of two things; tonic's builders say `add_service`")]
    pub fn add<S>(mut self, service: S) -> Self
    where
        S: Service<Request<Body>, Response = http::Response<Body>, Error = Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        let mut routes = RoutesBuilder::from(self.routes);
        routes.add_service(service);
        self.routes = routes.routes();
        self.names.push(S::NAME);
        self
    }

    /// Full names of the services, in the order in which they were added.
    pub fn names(&self) -> &[&'static str] {
        &self.names
    }

    /// The routes alone, for a process that puts a list of layers of its own before them.
    pub fn into_routes(self) -> Routes {
        self.routes.prepare()
    }
}
