//! The layers that every request passes through, outermost first. Read it as a table of contents.

use dialtone_authz::TokenVerifier;
use dialtone_ids::ServiceName;
use http::{Request, Response};
use std::convert::Infallible;
use tokio_util::task::TaskTracker;
use tonic::body::Body;
use tower::{Service, ServiceBuilder};

use crate::{
    ServeConfig,
    layers::{
        Authenticate, Authorise, CatchPanic, Deadlines, Metrics, Normalise, RequestId, Shed, Trace, Track, Uploads,
        Wrap,
    },
};

/// Puts the layers around `routes`. Work that handlers detach belongs to `detached`.
///
/// tonic's `Server::layer` would be the same list, but tonic puts a timeout of its own around it, which answers CANCELLED.
pub fn stack<S>(
    service: ServiceName,
    config: &ServeConfig,
    verifier: TokenVerifier,
    detached: TaskTracker,
    routes: S,
) -> impl Service<Request<Body>, Response = Response<Body>, Error = Infallible, Future: Send> + Clone + Send + 'static
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    ServiceBuilder::new()
        // A name before anything can go wrong with it.
        .layer(Wrap(RequestId))
        // Sees every end, also those that the layers below make themselves.
        .layer(Wrap(Trace))
        .layer(Wrap(Metrics::new()))
        // Below those two, so that they report what the caller gets: typed, and in its language.
        .layer(Wrap(Normalise { service }))
        // Below the normaliser, which adds the request's id; above everything that could panic.
        .layer(Wrap(CatchPanic { service }))
        // Before any work is done for the call.
        .layer(Wrap(Shed::new(service, config.max_requests, config.max_streams)))
        // Above authentication, which is bounded by it like the rest.
        .layer(Wrap(Deadlines { service, cap: config.max_deadline() }))
        .layer(Wrap(Authenticate { service, verifier }))
        .layer(Wrap(Authorise { service }))
        // The last two are for handlers: what reads a stream of requests, and what detaches.
        .layer(Wrap(Uploads))
        .layer(Wrap(Track(detached)))
        .service(routes)
}
