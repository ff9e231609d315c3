//! Refuses what would only wait.

use std::{sync::Arc, task::Context, time::Duration};

use dialtone_ids::ServiceName;
use dialtone_status::Fault;
use http::{Request, Response};
use rand::RngExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::body::Body;

use super::{Around, Next, trace::known};
use crate::{
    RequestInfo,
    body::{self, Filter, Polled},
};

/// Limits the calls worked on at once, and apart from them the streams that have no end of their own, which would otherwise fill
/// the limit for ever. Probes of health are never refused: a busy process is not a dead one.
#[derive(Clone, Debug)]
pub struct Shed {
    service: ServiceName,
    calls: Arc<Semaphore>,
    streams: Arc<Semaphore>,
}

impl Shed {
    /// At most `calls` calls and `streams` endless streams at once; what is more is refused in the domain of `service`.
    pub fn new(service: ServiceName, calls: usize, streams: usize) -> Self {
        Self { service, calls: Arc::new(Semaphore::new(calls)), streams: Arc::new(Semaphore::new(streams)) }
    }

    fn limit(&self, info: &RequestInfo) -> Option<&Arc<Semaphore>> {
        let endless = info.method().is_some_and(|method| method.policy.deadline.is_none());
        let limit = if endless { &self.streams } else { &self.calls };
        (!info.is_probe()).then_some(limit)
    }
}

impl Around for Shed {
    async fn around<N: Next>(self, request: Request<Body>, next: N) -> Response<Body> {
        let Some(limit) = self.limit(&known(&request)) else {
            return next.run(request).await;
        };
        match Arc::clone(limit).try_acquire_owned() {
            Ok(permit) => body::filtered(next.run(request).await, Held { _permit: permit }),
            Err(_) => body::refuse(Fault::overloaded(pause()), self.service.error_domain()),
        }
    }
}

/// Half a second to one and a half, so that those who were refused together do not come back together.
fn pause() -> Duration {
    Duration::from_millis(rand::rng().random_range(500..1500))
}

/// Keeps the call's place until its body is gone.
struct Held {
    _permit: OwnedSemaphorePermit,
}

impl Filter for Held {
    fn poll(&mut self, inner: &mut Body, cx: &mut Context<'_>) -> Polled {
        body::pass(inner, cx)
    }
}
