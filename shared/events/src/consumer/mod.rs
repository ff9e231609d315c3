//! Follows another service's events: position and effect are stored in one transaction, so each event has its effect exactly
//! once, whatever is killed when.
//!
//! Any number of replicas may follow under one name. The row of `consumer_positions` is the lock between them: it is held from
//! the look at the position to the commit of the effect, so a second replica waits, then sees that the position has moved on and
//! applies nothing twice. Neither lease nor epoch is needed: a replica that was stopped and woken has lost its connection or still
//! holds the lock.

mod event;
mod progress;
mod source;
mod tail;

use std::{sync::Arc, time::Duration};

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Store};
use dialtone_ids::ServiceName;
use dialtone_proto::events::v1::{EventFilter, WatchRequest};
use dialtone_status::{Code, Status};
use futures::{StreamExt as _, future::BoxFuture};
use tokio_util::sync::CancellationToken;

use crate::measure;
pub use event::Received;
use event::{Piece, pieces};
use progress::Progress;
pub use source::EventSource;
pub use tail::tail;

/// Messages of one transaction, where so many are waiting.
const AT_ONCE: usize = 64;
/// Pause before the first reconnection; doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What a consumer does about events.
pub trait Handler: Send + Sync + 'static {
    /// Applies one event in the transaction that stores the position; runs again when that transaction is retried. Must not call
    /// anything outside the database. A fault rolls everything back and the event comes again later.
    ///
    /// `ctx` sees every tenant and acts as the service; history rows are written for the event's actor by
    /// [`Ctx::for_actor`].
    fn apply<'a>(&'a self, c: &'a mut Conn, ctx: &'a Ctx, event: &'a Received) -> BoxFuture<'a, Result<(), DbFault>>;

    /// Told, in the transaction that moves the position, that events were purged before this consumer read them: what it built
    /// from them has a hole. Rebuild it, or note that it must be.
    fn missed<'a>(&'a self, c: &'a mut Conn, ctx: &'a Ctx) -> BoxFuture<'a, Result<(), DbFault>>;
}

/// Who follows what.
#[derive(Debug, Clone)]
pub struct Consumer {
    /// Key of the stored position, e.g. `people-directory`. A new name begins with everything still kept.
    pub name: &'static str,
    /// The service that consumes.
    pub service: ServiceName,
    /// Which events it wants; a change of it does not move the position.
    pub filter: EventFilter,
}

/// Follows `source` until `shutdown`; connects again, with a growing pause, whenever something fails.
pub async fn run(
    source: impl EventSource,
    consumer: Consumer,
    store: Store,
    handler: impl Handler,
    shutdown: CancellationToken,
) {
    let follower =
        Follower { source, progress: Progress { store, consumer: consumer.clone(), handler: Arc::new(handler) } };
    let follow = async {
        let mut pause = FIRST_PAUSE;
        loop {
            match follower.follow().await {
                Ended::Progressed => pause = FIRST_PAUSE,
                Ended::Failed(why) => {
                    tracing::warn!(consumer = consumer.name, why, ?pause, "cannot follow events; trying again");
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    };
    shutdown.run_until_cancelled(follow).await;
}

/// How one connection ended.
enum Ended {
    /// Something was stored on it: the trouble, if any, is new.
    Progressed,
    /// Nothing came of it.
    Failed(String),
}

struct Follower<S, H> {
    source: S,
    progress: Progress<H>,
}

impl<S: EventSource, H: Handler> Follower<S, H> {
    /// One connection: from the stored position to whatever ends it.
    async fn follow(&self) -> Ended {
        let mut progressed = false;
        match self.try_follow(&mut progressed).await {
            Ok(()) => Ended::Progressed,
            Err(why) if progressed => {
                tracing::debug!(consumer = self.progress.consumer.name, why, "connection ended");
                Ended::Progressed
            }
            Err(why) => Ended::Failed(why),
        }
    }

    async fn try_follow(&self, progressed: &mut bool) -> Result<(), String> {
        let mut position = self.progress.load().await.map_err(|fault| fault.to_string())?;
        let request = WatchRequest { position: position.clone(), filter: Some(self.progress.consumer.filter.clone()) };
        let messages = match self.source.watch(request).await {
            Ok(messages) => messages,
            Err(status) => return self.refused(&status, &position).await,
        };
        let mut ready = messages.ready_chunks(AT_ONCE);
        while let Some(chunk) = ready.next().await {
            let (pieces, refused) = pieces(chunk);
            if !pieces.is_empty() {
                let reached = self.progress.advance(&position, &pieces).await;
                match reached.map_err(|fault| fault.to_string())? {
                    Some(reached) => position = reached,
                    // Another replica is elsewhere: start again from where it is.
                    None => return Ok(()),
                }
                *progressed = true;
                if let Some(time) = pieces.iter().rev().find_map(Piece::time) {
                    measure::applied(self.progress.consumer.name, time);
                }
            }
            if let Some(status) = refused {
                return self.refused(&status, &position).await;
            }
        }
        Err("the stream ended".to_owned())
    }

    /// The one refusal that trying again does not cure is handled, every other one is tried again.
    async fn refused(&self, status: &Status, position: &str) -> Result<(), String> {
        let oldest = expired(status).ok_or_else(|| format!("{:?}: {}", status.code(), status.message()))?;
        tracing::error!(consumer = self.progress.consumer.name, "events were purged before they were read");
        let skipped = self.progress.skip(position, &oldest).await;
        skipped.map_err(|fault| fault.to_string())
    }
}

/// The oldest position still kept, where the status says that ours is gone.
fn expired(status: &Status) -> Option<String> {
    let info = dialtone_status::error_info(status)?;
    let is = status.code() == Code::OutOfRange && info.reason == dialtone_status::reasons::POSITION_EXPIRED;
    is.then(|| info.metadata.get("oldest_position").cloned())?
}
