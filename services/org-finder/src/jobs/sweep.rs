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
            once(&app).await;
            tokio::time::sleep(PERIOD).await;
        }
    };
    stopping.run_until_cancelled(sweep).await;
}

/// Each goes on when another cannot; what one did not end in its time is done the next time.
async fn once(app: &App) {
    let ctx = |job| Ctx::job(SERVICE, job);
    told("import-sweep", sweep_imports::run(app, &ctx("import-sweep")).await);
    told("merge-purge", purge_merges::run(app, &ctx("merge-purge")).await);
    told("idempotency-purge", idempotency::purge(&app.store, &ctx("idempotency-purge")).await);
    told("activity-decay", decay_activity::run(app, &ctx("activity-decay")).await);
    told("access-request-expiry", expire_access_requests::run(app, &ctx("access-request-expiry")).await);
}

fn told(job: &str, swept: Result<impl std::fmt::Debug, DbFault>) {
    match swept {
        Ok(rows) => tracing::debug!(job, ?rows, "swept"),
        Err(fault) => tracing::warn!(job, %fault, "cannot sweep; trying again in an hour"),
    }
}
