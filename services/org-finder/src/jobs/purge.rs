//! Removes deleted organizations when their time to be brought back is over.

use std::sync::Arc;
use std::time::Duration;

use dialtone_authz::Ctx;
use tokio_util::sync::CancellationToken;

use crate::ops::purge_organizations;
use crate::{App, SERVICE};

const PERIOD: Duration = Duration::from_secs(3_600);

/// Purges at the start and every hour, until `stopping`.
pub(super) async fn run(app: Arc<App>, stopping: CancellationToken) {
    let purge = async {
        loop {
            match purge_organizations::run(&app, || Ctx::job(SERVICE, "organization-purge")).await {
                Ok(organizations) => tracing::debug!(organizations, "purged"),
                Err(fault) => tracing::warn!(%fault, "cannot purge organizations; trying again in an hour"),
            }
            tokio::time::sleep(PERIOD).await;
        }
    };
    stopping.run_until_cancelled(purge).await;
}
