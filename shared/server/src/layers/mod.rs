//! The layers, one file each, and [`Around`], which each of them implements.

mod authenticate;
mod authorise;
mod catch_panic;
mod deadline;
mod metrics;
mod normalise;
mod request_id;
mod shed;
mod trace;
mod track;
mod uploads;

pub use authenticate::Authenticate;
pub use authorise::Authorise;
pub use catch_panic::CatchPanic;
pub use deadline::Deadlines;
pub use metrics::Metrics;
pub use normalise::Normalise;
pub use request_id::RequestId;
pub use shed::Shed;
pub use trace::Trace;
pub use track::Track;
pub use uploads::Uploads;

use std::{
    convert::Infallible,
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use http::{Request, Response};
use tonic::body::Body;
use tower::{Layer, Service};

/// What a layer does with a request and its response.
///
/// In place of `tower::Service`, so that a layer reads from top to bottom and needs no future type of its own; the price is one
/// boxed future a layer, nanoseconds beside any database call.
pub trait Around: Clone + Send + Sync + 'static {
    /// Answers the request, as a rule by `next`.
    fn around<N: Next>(self, request: Request<Body>, next: N) -> impl Future<Output = Response<Body>> + Send;
}

/// The rest of the stack, ready for one request.
pub trait Next: Send + 'static {
    /// Passes the request on.
    fn run(self, request: Request<Body>) -> impl Future<Output = Response<Body>> + Send;
}

impl<S> Next for S
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Send + 'static,
    S::Future: Send,
{
    async fn run(mut self, request: Request<Body>) -> Response<Body> {
        match self.call(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        }
    }
}

/// Makes a `tower::Layer` of an [`Around`].
#[derive(Clone, Debug)]
pub struct Wrap<A>(pub A);

impl<A: Clone, S> Layer<S> for Wrap<A> {
    type Service = Wrapped<A, S>;

    fn layer(&self, inner: S) -> Self::Service {
        Wrapped { around: self.0.clone(), inner }
    }
}

/// A service within an [`Around`].
#[derive(Clone, Debug)]
pub struct Wrapped<A, S> {
    around: A,
    inner: S,
}

impl<A, S> Service<Request<Body>> for Wrapped<A, S>
where
    A: Around,
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The clone is for the next request: only the service that was polled ready may take this one.
        let clone = self.inner.clone();
        let ready = mem::replace(&mut self.inner, clone);
        let around = self.around.clone();
        Box::pin(async move { Ok(around.around(request, ready).await) })
    }
}
