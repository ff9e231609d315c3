//! Background loops of the service.

mod owners;
mod sweep;

use std::sync::Arc;
use std::time::Duration;

use dialtone_events::{Retention, run_purge};
use tokio_util::sync::CancellationToken;

use crate::peers::Subscriptions;
use crate::{App, SERVICE};

/// How long events are kept for those who watch.
const KEEP_EVENTS: Duration = Duration::from_secs(7 * 24 * 3600);

/// Starts every loop; they end with `stopping`.
pub fn start(app: &Arc<App>, source: &Subscriptions, stopping: &CancellationToken) {
    tokio::spawn(run_purge(app.store.clone(), SERVICE, Retention::new(KEEP_EVENTS), stopping.clone()));
    tokio::spawn(owners::run(app.store.clone(), source.clone(), stopping.clone()));
    tokio::spawn(sweep::run(Arc::clone(app), stopping.clone()));
}
