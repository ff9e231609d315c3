//! The live end: one reader per process looks for new events and hands them to all streams.
//!
//! It asks nothing while nobody watches. A stream that cannot keep up loses the hand-out, not events: it pages through the table
//! until it has caught up.

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use dialtone_authz::Ctx;
use dialtone_db::{DbFault, Store};
use dialtone_ids::ServiceName;
use tokio::sync::{Notify, OnceCell, broadcast, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    horizon::Horizon,
    measure,
    position::Seal,
    query::{self, Row},
};

/// How often the table is looked at while somebody watches and nothing wakes the reader; another process may have written.
const PERIOD: Duration = Duration::from_millis(200);
/// The same while a gap is waited for: transactions are short.
const GAP_PERIOD: Duration = Duration::from_millis(20);
/// From the append to the commit, usually.
const COMMIT_TIME: Duration = Duration::from_millis(5);
/// After a failed look.
const FAULT_PAUSE: Duration = Duration::from_secs(1);
/// Batches kept for streams that are busy. With pages of 500 events this bounds the memory.
const BATCHES: usize = 16;

/// Somebody in this process appended; the transaction will end soon.
static APPENDED: LazyLock<Notify> = LazyLock::new(Notify::new);

/// Makes the reader look before its time. Nothing depends on it.
pub(crate) fn nudge() {
    APPENDED.notify_waiters();
}

/// New events, everything after `after` and up to `upto`.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) after: i64,
    pub(crate) upto: i64,
    pub(crate) rows: Vec<Row>,
}

/// The live end of one service's table. Cheap to clone; one per process.
#[derive(Clone)]
pub struct Feed {
    inner: Arc<Inner>,
}

struct Inner {
    store: Store,
    service: ServiceName,
    batches: broadcast::Sender<Arc<Batch>>,
    /// Nothing can appear any more up to here; `None` until the reader has found out.
    horizon: watch::Sender<Option<i64>>,
    subscribed: Notify,
    seal: OnceCell<Seal>,
    shutdown: CancellationToken,
}

/// What one stream holds of the feed.
pub(crate) struct Subscription {
    pub(crate) batches: broadcast::Receiver<Arc<Batch>>,
    pub(crate) horizon: watch::Receiver<Option<i64>>,
}

impl Feed {
    /// Starts the reader of `service`'s table in `store`; it and all streams end with `shutdown`.
    pub fn start(store: Store, service: ServiceName, shutdown: CancellationToken) -> Feed {
        let inner = Arc::new(Inner {
            store,
            service,
            batches: broadcast::Sender::new(BATCHES),
            horizon: watch::Sender::new(None),
            subscribed: Notify::new(),
            seal: OnceCell::new(),
            shutdown,
        });
        let reader = Arc::clone(&inner);
        tokio::spawn(async move {
            let stop = reader.shutdown.clone();
            stop.run_until_cancelled(reader.run()).await;
        });
        Feed { inner }
    }

    pub(crate) fn subscribe(&self) -> Subscription {
        let subscription =
            Subscription { batches: self.inner.batches.subscribe(), horizon: self.inner.horizon.subscribe() };
        self.inner.subscribed.notify_one();
        subscription
    }

    pub(crate) fn store(&self) -> &Store {
        &self.inner.store
    }

    pub(crate) fn service(&self) -> ServiceName {
        self.inner.service
    }

    pub(crate) fn shutdown(&self) -> &CancellationToken {
        &self.inner.shutdown
    }

    /// The seal of this table's positions.
    pub(crate) async fn seal(&self) -> Result<&Seal, DbFault> {
        let inner = &self.inner;
        let load = || async {
            let ctx = Ctx::job(inner.service, "events-seal");
            let stream = inner.store.read("events_seal", &ctx, async |c| query::stream(c).await).await?;
            Ok(Seal::new(stream))
        };
        inner.seal.get_or_try_init(load).await
    }
}

impl Inner {
    async fn run(&self) {
        loop {
            self.horizon.send_replace(None);
            if self.batches.receiver_count() == 0 {
                self.subscribed.notified().await;
            }
            if let Err(fault) = self.follow().await {
                // The streams find out by themselves; the pool counts and logs why.
                tracing::warn!(%fault, "cannot read new events; trying again");
                tokio::time::sleep(FAULT_PAUSE).await;
            }
        }
    }

    /// Hands out until nobody listens.
    async fn follow(&self) -> Result<(), DbFault> {
        let mut horizon = self.begin().await?;
        while self.batches.receiver_count() > 0 {
            self.horizon.send_replace(Some(horizon.reached()));
            if !self.hand_out(&mut horizon).await? {
                self.pause(horizon.waits()).await;
            }
        }
        Ok(())
    }

    /// Begins at the newest event as soon as nothing before it can appear: what is older comes from the table.
    async fn begin(&self) -> Result<Horizon, DbFault> {
        let (position, first) = self.newest().await?;
        let mut now = first;
        while now.xmin < first.xmax {
            tokio::time::sleep(GAP_PERIOD).await;
            now = self.newest().await?.1;
        }
        Ok(Horizon::at(position))
    }

    async fn newest(&self) -> Result<(i64, crate::horizon::Snapshot), DbFault> {
        let ctx = Ctx::job(self.service, "events-newest");
        self.store.read("events_newest", &ctx, async |c| query::newest(c).await).await
    }

    /// One look; says whether there may be more at once.
    async fn hand_out(&self, horizon: &mut Horizon) -> Result<bool, DbFault> {
        let after = horizon.reached();
        let ctx = Ctx::job(self.service, "events-poll");
        let answer = self.store.read("events_poll", &ctx, async |c| query::visible_after(c, after).await).await?;
        let full = answer.rows.len() == query::PAGE;
        let positions: Vec<i64> = answer.rows.iter().map(|row| row.position).collect();
        let count = horizon.advance(&positions, answer.snapshot);
        if count == 0 {
            return Ok(false);
        }
        let mut rows = answer.rows;
        rows.truncate(count);
        if let Some(oldest) = rows.first() {
            measure::handed_out(oldest.created);
        }
        let upto = horizon.reached();
        // Before the batch: a stream that misses the batch must know how far to page.
        self.horizon.send_replace(Some(upto));
        // An error means that the last listener has just gone.
        let _ = self.batches.send(Arc::new(Batch { after, upto, rows }));
        Ok(full)
    }

    async fn pause(&self, gap: bool) {
        let period = if gap { GAP_PERIOD } else { PERIOD };
        tokio::select! {
            () = tokio::time::sleep(period) => {}
            () = self.subscribed.notified() => {}
            () = APPENDED.notified() => tokio::time::sleep(COMMIT_TIME).await,
        }
    }
}
