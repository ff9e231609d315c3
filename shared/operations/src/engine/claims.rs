//! The claim loop: as much as there is room for, in batches, when woken or from time to time.

use std::{sync::Arc, time::Duration};

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Instant, sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tracing::Instrument as _;

use super::{
    held::Held,
    upkeep,
    worker::{Stopped, Worker},
};
use crate::{
    hook::{Point, Verdict},
    operations::Inner,
    store::{self, Claimed},
};

/// The longest pause after claims that failed.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// One running engine.
pub(crate) struct Engine {
    pub(crate) ops: Arc<Inner>,
    pub(crate) held: Held,
    room: Arc<Semaphore>,
    tasks: TaskTracker,
    /// No new turn is begun.
    stop: CancellationToken,
    /// Steps under way are dropped.
    kill: CancellationToken,
}

/// Runs until `stop`, then until what is under way is finished or handed back.
pub(crate) async fn run(ops: Arc<Inner>, stop: CancellationToken) {
    let room = usize::try_from(ops.config.concurrency.get()).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
    let engine = Arc::new(Engine {
        ops,
        held: Held::default(),
        room: Arc::new(Semaphore::new(room)),
        tasks: TaskTracker::new(),
        stop,
        kill: CancellationToken::new(),
    });
    let done = CancellationToken::new();
    let upkeep = tokio::spawn(upkeep::run(Arc::clone(&engine), done.clone()));
    engine.claim_until_stopped().await;
    engine.drain().await;
    done.cancel();
    if let Err(error) = upkeep.await {
        tracing::error!(%error, "upkeep of operations stopped early");
    }
}

impl Engine {
    async fn claim_until_stopped(self: &Arc<Self>) {
        let mut pause = self.ops.config.poll();
        while !self.stop.is_cancelled() {
            let Some(permits) = self.permits().await else { return };
            let wanted = permits.num_permits();
            match self.claim(permits).await {
                Ok(claimed) if claimed == wanted => continue,
                Ok(_) => pause = self.ops.config.poll(),
                Err(error) => {
                    tracing::warn!(%error, "claim failed");
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = self.ops.hub.rung() => {}
                // Less than the whole, so that processes that started together do not look together.
                () = sleep(pause.mul_f64(0.75 + 0.25 * rand::random::<f64>())) => {}
            }
        }
    }

    /// Room for at least one operation and at most a batch; none when stopped.
    async fn permits(&self) -> Option<OwnedSemaphorePermit> {
        let one = tokio::select! {
            () = self.stop.cancelled() => return None,
            one = Arc::clone(&self.room).acquire_owned() => one.ok()?,
        };
        let more =
            (self.ops.config.claim_batch.get() - 1).min(u32::try_from(self.room.available_permits()).unwrap_or(0));
        let mut permits = one;
        if let Ok(more) = Arc::clone(&self.room).try_acquire_many_owned(more) {
            permits.merge(more);
        }
        Some(permits)
    }

    /// Claims as many as there are permits and starts work on them; answers how many.
    async fn claim(self: &Arc<Self>, mut permits: OwnedSemaphorePermit) -> Result<usize, DbFault> {
        if self.ops.hooks.at(Point::Claim, None).await == Verdict::Crash {
            return Ok(0);
        }
        let lease = self.ops.config.lease();
        let (kinds, versions) = self.ops.registry.pairs();
        let limit = u32::try_from(permits.num_permits()).unwrap_or(u32::MAX);
        let until = Instant::now() + lease;
        let ctx = Ctx::job(self.ops.service, "operations-claim");
        let claimed = self
            .ops
            .store
            .tx("operations_claim", &ctx, async |c: &mut Conn| {
                store::operations_claim(c, (&kinds, &versions), limit, lease).await
            })
            .await?;
        let count = claimed.len();
        for claim in claimed {
            let permit = permits.split(1).expect("no more is claimed than there are permits");
            let span = span_of(&claim);
            self.tasks.spawn(Arc::clone(self).hold(claim, until, permit).instrument(span));
        }
        Ok(count)
    }

    /// Whether work on an operation pauses: this process stops, or others have waited for its place long enough.
    fn is_due_to_stop(&self, worked: Duration) -> bool {
        self.stop.is_cancelled() || (self.room.available_permits() == 0 && worked >= self.ops.config.slice())
    }

    /// Works on a claim for as long as the lease holds.
    async fn hold(self: Arc<Self>, claim: Claimed, until: Instant, _room: OwnedSemaphorePermit) {
        let key = (claim.operation.id, claim.operation.epoch);
        let lease = self.held.add(key, until, claim.operation.cancel_requested);
        let _forget = Forget(&self.held, key);
        let Some(definition) = self.ops.registry.get(&claim.operation.kind, claim.operation.version).cloned() else {
            return;
        };
        let mut worker = match Worker::new(Arc::clone(&self.ops), definition, Arc::clone(&lease), claim) {
            Ok(worker) => worker,
            Err(error) => return tracing::error!(%error, "unreadable operation"),
        };
        let stopped = tokio::select! {
            biased;
            () = lease.lost() => None,
            () = self.kill.cancelled() => Some(Stopped::GiveBack),
            stopped = worker.drive(|worked| self.is_due_to_stop(worked)) => Some(stopped),
        };
        match stopped {
            Some(Stopped::Written | Stopped::Abandoned) => {}
            Some(Stopped::GiveBack) => self.give_back(&worker, None).await,
            Some(Stopped::Unwritten) => self.give_back(&worker, Some(worker.unwritten_wait())).await,
            None => {
                self.ops.metrics.lost(1);
                tracing::warn!("lease lost; work dropped");
            }
        }
    }

    /// Gives a claim back, trying for as long as it is this process's to give.
    async fn give_back(&self, worker: &Worker, failed: Option<Duration>) {
        let (id, epoch) = (worker.row.id, worker.row.epoch);
        let release = async {
            loop {
                let ctx = Ctx::job(self.ops.service, "operations-release");
                let released = self.ops.store.tx("operation_release", &ctx, async |c: &mut Conn| {
                    store::operation_release(c, id, epoch, failed).await
                });
                match released.await {
                    Ok(()) => return,
                    Err(error) => tracing::warn!(%error, "not given back yet"),
                }
                sleep(self.ops.config.poll()).await;
            }
        };
        tokio::select! {
            () = worker.lease.lost() => {}
            () = release => {}
        }
    }

    /// Lets the steps under way finish for a while, then drops them and hands their operations back.
    async fn drain(&self) {
        self.tasks.close();
        if timeout(self.ops.config.drain(), self.tasks.wait()).await.is_err() {
            self.kill.cancel();
            self.tasks.wait().await;
        }
    }
}

/// Everything that is logged about an operation carries its id and the request that began it.
fn span_of(claim: &Claimed) -> tracing::Span {
    let row = &claim.operation;
    tracing::info_span!("operation", otel.name = row.kind, operation = %row.id, kind = row.kind, request = row.request_id)
}

/// Forgets a claim however its work stops.
struct Forget<'a>(&'a Held, super::held::ClaimKey);

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.0.remove(self.1);
    }
}
