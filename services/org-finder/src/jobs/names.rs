//! Completes the index of names.

use std::sync::Arc;
use std::time::Duration;

use dialtone_authz::Ctx;
use tokio_util::sync::CancellationToken;

use crate::ops::index_names;
use crate::{App, SERVICE};

const PERIOD: Duration = Duration::from_secs(60);

/// Looks at the start and every minute, until `stopping`.
pub(super) async fn run(app: Arc<App>, stopping: CancellationToken) {
    let complete = async {
        loop {
            match index_names::run(&app, || Ctx::job(SERVICE, "name-index")).await {
                Ok(0) => {}
                Ok(organizations) => tracing::info!(organizations, "put into the index of names"),
                Err(fault) => tracing::warn!(%fault, "cannot complete the index of names; trying again in a minute"),
            }
            tokio::time::sleep(PERIOD).await;
        }
    };
    stopping.run_until_cancelled(complete).await;
}
