//! Removes what is past its time: deleted drafts, and answers kept for repeated requests.

use std::sync::Arc;
use std::time::Duration;

use dialtone_authz::Ctx;
use dialtone_db::{DbFault, idempotency};
use tokio_util::sync::CancellationToken;

use crate::ops::purge_templates;
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
    // The one goes on when the other cannot.
    let templates = purge_templates::run(app, &Ctx::job(SERVICE, "template-purge")).await;
    let answers = idempotency::purge(&app.store, &Ctx::job(SERVICE, "idempotency-purge")).await;
    let (templates, answers) = (templates?, answers?);
    tracing::debug!(templates, answers, "swept");
    Ok(())
}
