//! Looks for batches that were cancelled before anything was begun.

use std::time::Duration;

use dialtone_authz::Ctx;
use dialtone_db::Store;
use dialtone_ids::ServiceName;
use tokio_util::sync::CancellationToken;

use crate::ops::abandon_batches;

/// How often: their addresses are taken until they are found.
const PERIOD: Duration = Duration::from_secs(2);

/// Runs until `stop`; safe in any number of replicas.
pub async fn run(store: Store, stop: CancellationToken) {
    let forever = async {
        loop {
            let ctx = Ctx::job(ServiceName::UserProvisioning, "abandoned-batches");
            match abandon_batches::run(&store, &ctx).await {
                Ok(0) => {}
                Ok(batches) => tracing::info!(batches, "batches that never began are removed"),
                Err(error) => tracing::warn!(%error, "cannot look for batches that never began; trying again"),
            }
            tokio::time::sleep(PERIOD).await;
        }
    };
    stop.run_until_cancelled(forever).await;
}
