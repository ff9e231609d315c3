//! What the gateway serves itself: health and reflection of the whole suite.

use dialtone_server::{Health, Services};
use http::{Request, Response};
use hyper::body::Incoming;
use tonic::{body::Body, service::Routes};
use tower::ServiceExt as _;

use super::ServeFault;

/// Health and both versions of reflection.
#[derive(Clone)]
pub(crate) struct Own(Routes);

impl Own {
    /// Reflection tells of everything that this build knows: it is the same whichever services are up.
    pub(crate) fn new(health: &Health) -> Result<Self, ServeFault> {
        let reflection = || {
            tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(dialtone_proto::FILE_DESCRIPTOR_SET)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        };
        // Older clients (grpcurl 1.8) know v1alpha only.
        let (v1, v1alpha) = (reflection().build_v1()?, reflection().build_v1alpha()?);
        let services = Services::new().add(health.service()).add(v1).add(v1alpha);
        Ok(Self(services.into_routes()))
    }

    /// Answers a call.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        match self.0.clone().oneshot(request.map(Body::new)).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}
