//! Removes what is past its time: staged lines of imports that died, merges that cannot be undone, answers kept for repeated requests,
//! the activity of people who were not seen for a year, and requests that nobody answered.

use std::sync::Arc;
use std::time::Duration;

use dialtone_authz::Ctx;
use dialtone_db::{DbFault, idempotency};
use tokio_util::sync::CancellationToken;

use crate::ops::{decay_activity, expire_access_requests, purge_merges, sweep_imports};
use crate::{App, SERVICE};

const PERIOD: Duration = Duration::from_secs(3_600);

/// Sweeps at the start and every hour, until `stopping`.
pub(super) async fn run(app: Arc<App>, stopping: CancellationToken) {
    let sweep = async {
        loop {
            if let Err(fault) = once(&app).await {
                tracing::warn!(%fault, "cannot sweep; trying again in an hour");
            }
            tokio::time::sleep(PERIOD).await;
        }
    };
    stopping.run_until_cancelled(sweep).await;
}

async fn once(app: &App) -> Result<(), DbFault> {
    let lines = sweep_imports::run(app, &Ctx::job(SERVICE, "import-sweep")).await?;
    let merges = purge_merges::run(app, &Ctx::job(SERVICE, "merge-purge")).await?;
    let answers = idempotency::purge(&app.store, &Ctx::job(SERVICE, "idempotency-purge")).await?;
    let dormant = decay_activity::run(app, &Ctx::job(SERVICE, "activity-decay")).await?;
    let expired = expire_access_requests::run(app, &Ctx::job(SERVICE, "access-request-expiry")).await?;
    tracing::debug!(lines, merges, answers, dormant, expired, "swept");
    Ok(())
}
