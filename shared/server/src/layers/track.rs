//! Lets the drain find the work that handlers detached.

use std::task::Context;

use http::{Request, Response};
use tokio_util::task::TaskTracker;
use tonic::body::Body;

use super::{Around, Next};
use crate::{
    body::{self, Filter, Polled},
    detached::{tracked, tracked_now},
};

/// Whatever a handler or its stream gives to [`crate::detached`] belongs to this tracker.
#[derive(Clone, Debug)]
pub struct Track(pub TaskTracker);

impl Around for Track {
    async fn around<N: Next>(self, request: Request<Body>, next: N) -> Response<Body> {
        let response = tracked(self.0.clone(), next.run(request)).await;
        body::filtered(response, self)
    }
}

impl Filter for Track {
    fn poll(&mut self, inner: &mut Body, cx: &mut Context<'_>) -> Polled {
        tracked_now(&self.0, || body::pass(inner, cx))
    }
}
