//! What goes on beside the work: leases are renewed, the queue is measured, old finished operations are purged.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{TimeDelta, Utc};
use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::claims::Engine;
use crate::{
    hook::{Point, Verdict},
    store,
};

/// How often finished operations are looked through for old ones.
const PURGE_PERIOD: Duration = Duration::from_secs(600);
/// How many are deleted in one transaction.
const PURGE_BATCH: i64 = 500;

/// Runs until `done`: longer than the claims, because what is being drained needs its leases.
pub(crate) async fn run(engine: Arc<Engine>, done: CancellationToken) {
    tokio::join!(
        every(engine.ops.config.heartbeat(), &done, || engine.renew()),
        every(engine.ops.config.measure(), &done, || engine.measure()),
        every(PURGE_PERIOD, &done, || engine.purge()),
    );
}

/// Calls `turn` at once and then every `period`; a failure waits for the next period.
async fn every<F>(period: Duration, done: &CancellationToken, turn: impl Fn() -> F)
where
    F: Future<Output = Result<(), DbFault>>,
{
    let mut ticks = interval(period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let turn = async {
            ticks.tick().await;
            turn().await
        };
        tokio::select! {
            () = done.cancelled() => return,
            outcome = turn => if let Err(error) = outcome {
                tracing::warn!(%error, "upkeep of operations failed; tried again later");
            },
        }
    }
}

impl Engine {
    /// Renews all leases in one statement, and finds out what is lost and what is to be cancelled.
    async fn renew(&self) -> Result<(), DbFault> {
        if self.ops.hooks.at(Point::Heartbeat, None).await == Verdict::Crash {
            return Ok(());
        }
        let keys = self.held.keys();
        if keys.is_empty() {
            return Ok(());
        }
        let (ids, epochs): (Vec<_>, Vec<_>) = keys.iter().copied().unzip();
        let lease = self.ops.config.lease();
        let sent = Instant::now();
        // A renewal that takes longer than its period is worth nothing; the next one is.
        let ctx = Ctx::job(self.ops.service, "operations-renew").until(sent + self.ops.config.heartbeat());
        let still = self
            .ops
            .store
            .tx("operations_renew", &ctx, async |c: &mut Conn| store::operations_renew(c, (&ids, &epochs), lease).await)
            .await?;
        let still: HashMap<_, _> = still.into_iter().map(|r| ((r.id, r.epoch), r.cancel_requested)).collect();
        let lost = self.held.renewed(&keys, &still, sent + lease);
        if lost > 0 {
            tracing::warn!(lost, "leases found to be lost");
        }
        Ok(())
    }

    async fn measure(&self) -> Result<(), DbFault> {
        let queue = self.ops.queue().await?;
        self.ops.metrics.queue(&queue, self.held.keys().len());
        Ok(())
    }

    async fn purge(&self) -> Result<(), DbFault> {
        let before = Utc::now() - TimeDelta::days(i64::from(self.ops.config.keep_finished_days.get()));
        loop {
            let ctx = Ctx::job(self.ops.service, "operations-purge");
            let purged = self
                .ops
                .store
                .tx("operations_purge", &ctx, async |c: &mut Conn| store::finished_purge(c, before, PURGE_BATCH).await)
                .await?;
            if purged == 0 {
                return Ok(());
            }
        }
    }
}
