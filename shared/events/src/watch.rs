//! One stream: the history after a position, then live, and history again whenever it falls behind.

use std::{sync::Arc, time::Duration};

use dialtone_authz::{Ctx, Guard};
use dialtone_ids::OrganizationId;
use dialtone_proto::events::v1::{WatchResponse, watch_response::Message};
use dialtone_status::Fault;
use tokio::{
    sync::{broadcast::error::RecvError, mpsc},
    time::{Instant, Interval, MissedTickBehavior},
};

use crate::{
    error::fault,
    feed::{Batch, Feed, Subscription},
    filter::Filter,
    measure,
    position::Seal,
    query,
};

/// How often a quiet stream says that it is caught up. Also how long a revoked permission still watches.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long one page may take.
const PAGE_TIME: Duration = Duration::from_secs(10);

/// Why a stream ends.
pub(crate) enum End {
    /// The client has gone; nobody is to be told.
    Gone,
    /// The client is told.
    Fault(Fault),
}

/// Everything one stream needs.
pub(crate) struct Watcher {
    pub(crate) feed: Feed,
    pub(crate) seal: Seal,
    pub(crate) guard: Guard,
    /// As the request came: sees nothing yet.
    pub(crate) ctx: Ctx,
    pub(crate) filter: Filter,
    /// Told up to here.
    pub(crate) cursor: i64,
    pub(crate) heartbeat: Duration,
    pub(crate) out: mpsc::Sender<Result<WatchResponse, Fault>>,
}

impl Watcher {
    /// Runs until the client leaves, a fault ends the stream, or the process shuts down.
    pub(crate) async fn run(mut self) {
        let out = self.out.clone();
        let shutdown = self.feed.shutdown().clone();
        let ended = tokio::select! {
            ended = self.stream() => ended,
            () = out.closed() => End::Gone,
            // The client connects to another replica and continues.
            () = shutdown.cancelled() => End::Fault(Fault::unavailable(Duration::ZERO)),
        };
        if let End::Fault(fault) = ended {
            // An error means that the client left meanwhile.
            let _ = out.send(Err(fault)).await;
        }
    }

    async fn stream(&mut self) -> End {
        let _counted = measure::Stream::opened();
        let mut live = self.feed.subscribe();
        let mut beat = tokio::time::interval(self.heartbeat);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            if let Err(end) = self.catch_up(&mut live).await {
                return end;
            }
            // At once: the end of the history is told by the first beat.
            beat.reset_immediately();
            if let Err(end) = self.follow(&mut live, &mut beat).await {
                return end;
            }
        }
    }

    /// Pages through the table up to the horizon.
    async fn catch_up(&mut self, live: &mut Subscription) -> Result<(), End> {
        loop {
            let target = *live.horizon.wait_for(Option::is_some).await.map_err(|_| End::Gone)?;
            let target = target.unwrap_or(self.cursor);
            if self.cursor >= target {
                return Ok(());
            }
            let ctx = self.visible().await?;
            let (filter, cursor) = (&self.filter, self.cursor);
            let page = self
                .feed
                .store()
                .read("events_history", &ctx, async |c| query::history(c, filter, cursor, target).await)
                .await
                .map_err(|error| End::Fault(fault(error)))?;
            let Some(page) = page else {
                return Err(End::Fault(self.expired(&ctx).await));
            };
            for row in &page.rows {
                self.tell(Message::Event(row.message(&self.seal))).await?;
            }
            self.cursor = page.end;
        }
    }

    /// Hands on what the feed hands out; returns when it missed something.
    async fn follow(&mut self, live: &mut Subscription, beat: &mut Interval) -> Result<(), End> {
        loop {
            tokio::select! {
                _ = beat.tick() => {
                    self.visible().await?;
                    self.tell(Message::CaughtUp(self.seal.seal(self.cursor))).await?;
                }
                batch = live.batches.recv() => match batch {
                    Ok(batch) if batch.after > self.cursor => return Ok(()),
                    Ok(batch) => self.hand_on(&batch).await?,
                    Err(RecvError::Lagged(_)) => return Ok(()),
                    Err(RecvError::Closed) => return Err(End::Gone),
                },
            }
        }
    }

    async fn hand_on(&mut self, batch: &Arc<Batch>) -> Result<(), End> {
        if batch.upto <= self.cursor {
            return Ok(());
        }
        let cursor = self.cursor;
        for row in batch.rows.iter().filter(|row| row.position > cursor) {
            if self.filter.admits(row) {
                self.tell(Message::Event(row.message(&self.seal))).await?;
            }
        }
        self.cursor = batch.upto;
        Ok(())
    }

    /// Waits for the client: what it does not take stays in the table, not in memory.
    async fn tell(&self, message: Message) -> Result<(), End> {
        let response = WatchResponse { message: Some(message) };
        self.out.send(Ok(response)).await.map_err(|_| End::Gone)
    }

    /// What the caller may see now; refused when the permission was revoked since.
    async fn visible(&self) -> Result<Ctx, End> {
        let ctx = permitted(&self.guard, &self.ctx, &self.filter).await;
        ctx.map_err(End::Fault)
    }

    async fn expired(&self, ctx: &Ctx) -> Fault {
        let floor = self.feed.store().read("events_floor", ctx, async |c| query::floor(c).await).await;
        match floor {
            Ok(floor) => Fault::position_expired(self.seal.seal(floor)),
            Err(error) => fault(error),
        }
    }
}

/// The context of the caller narrowed to what the filter asks for, with time for one page.
pub(crate) async fn permitted(guard: &Guard, ctx: &Ctx, filter: &Filter) -> Result<Ctx, Fault> {
    let ctx = ctx.until(Instant::now() + PAGE_TIME);
    match filter.tenant {
        Some(tenant) => guard.on_organization(&ctx, OrganizationId::from_uuid(tenant)).await,
        None => guard.platform_or_service(&ctx),
    }
}
