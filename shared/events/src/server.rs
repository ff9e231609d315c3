//! `dialtone.events.v1.EventService` over one service's table. The only file that names the transport.

use std::time::Duration;

use dialtone_authz::{Ctx, Guard};
use dialtone_proto::{
    events::v1::{
        WatchRequest, WatchResponse,
        event_service_server::{EventService, EventServiceServer},
    },
    violations,
};
use dialtone_status::{Fault, Status, Violation, to_status};
use futures::{StreamExt as _, stream::BoxStream};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response};

use crate::{
    Feed,
    error::fault,
    filter::Filter,
    position::Seal,
    query,
    watch::{HEARTBEAT, Watcher, permitted},
};

/// Messages that wait for a slow client, beside one page. More would only be memory.
const WAITING: usize = 32;

/// Serves `Watch`.
#[derive(Clone)]
pub struct EventServer {
    feed: Feed,
    guard: Guard,
    heartbeat: Duration,
}

impl EventServer {
    /// A server of the feed's table for callers whom `guard` lets in. Expects the request's [`Ctx`] among its extensions.
    pub fn new(feed: Feed, guard: Guard) -> EventServer {
        EventServer { feed, guard, heartbeat: HEARTBEAT }
    }

    /// Says more or less often than every 15 seconds that a quiet stream is caught up.
    pub fn heartbeat(self, period: Duration) -> EventServer {
        EventServer { heartbeat: period, ..self }
    }

    /// The tonic service.
    pub fn into_service(self) -> EventServiceServer<EventServer> {
        EventServiceServer::new(self)
    }

    /// Opens a stream. Faults found before its first message are answered at once.
    pub async fn open(
        &self,
        ctx: Ctx,
        request: WatchRequest,
    ) -> Result<BoxStream<'static, Result<WatchResponse, Fault>>, Fault> {
        let mut broken: Vec<Violation> = violations(&request);
        let filter = request.filter.unwrap_or_default();
        let filter = Filter::parse(filter, self.feed.service(), &mut broken);
        // Who may not watch learns nothing about the rest of the request.
        let visible = permitted(&self.guard, &ctx, &filter).await?;
        let seal = self.feed.seal().await.map_err(fault)?;
        let cursor = read_position(seal, &request.position, &mut broken);
        if !broken.is_empty() {
            return Err(Fault::invalid_fields(broken));
        }
        let store = self.feed.store();
        let floor = store.read("events_floor", &visible, async |c| query::floor(c).await).await.map_err(fault)?;
        let cursor = cursor.unwrap_or(floor);
        if cursor < floor {
            return Err(Fault::position_expired(seal.seal(floor)));
        }
        let (out, messages) = mpsc::channel(WAITING);
        let watcher = Watcher {
            feed: self.feed.clone(),
            seal: seal.clone(),
            guard: self.guard.clone(),
            ctx,
            filter,
            cursor,
            heartbeat: self.heartbeat,
            out,
        };
        tokio::spawn(watcher.run());
        Ok(ReceiverStream::new(messages).boxed())
    }
}

/// `None` for an empty position: everything still kept.
fn read_position(seal: &Seal, text: &str, broken: &mut Vec<Violation>) -> Option<i64> {
    if text.is_empty() {
        return None;
    }
    let position = seal.open(text);
    if position.is_err() {
        broken.push(Violation {
            field: "position".into(),
            rule: "position.known",
            description: "give a position of an event of this service, or leave it empty".into(),
        });
    }
    position.ok()
}

#[tonic::async_trait]
impl EventService for EventServer {
    type WatchStream = BoxStream<'static, Result<WatchResponse, Status>>;

    async fn watch(&self, mut request: Request<WatchRequest>) -> Result<Response<Self::WatchStream>, Status> {
        let domain = self.feed.service().error_domain();
        let ctx = request.extensions_mut().remove::<Ctx>();
        let ctx = ctx.ok_or_else(|| to_status(Fault::internal("request without context"), domain))?;
        let stream = self.open(ctx, request.into_inner()).await;
        let stream = stream.map_err(|fault| to_status(fault, domain))?;
        let stream = stream.map(move |message| message.map_err(|fault| to_status(fault, domain)));
        Ok(Response::new(stream.boxed()))
    }
}
