//! Removes the stored answers of requests that nobody will repeat any more.

use std::time::Duration;

use dialtone_authz::Ctx;
use dialtone_db::{Store, idempotency};
use dialtone_ids::ServiceName;
use tokio_util::sync::CancellationToken;

/// How often: they are kept for days.
const PERIOD: Duration = Duration::from_secs(3_600);

/// Runs until `stop`; safe in any number of replicas.
pub async fn run(store: Store, stop: CancellationToken) {
    let forever = async {
        loop {
            let ctx = Ctx::job(ServiceName::UserProvisioning, "idempotency-purge");
            match idempotency::purge(&store, &ctx).await {
                Ok(removed) => tracing::debug!(removed, "old answers are removed"),
                Err(fault) => tracing::warn!(%fault, "cannot remove old answers; trying again"),
            }
            tokio::time::sleep(PERIOD).await;
        }
    };
    stop.run_until_cancelled(forever).await;
}
