//! Background loops of the service.

use std::time::Duration;

use dialtone_events::{Retention, run_purge};
use tokio_util::sync::CancellationToken;

use crate::{App, SERVICE};

/// How long events are kept for those who watch.
const KEEP_EVENTS: Duration = Duration::from_secs(7 * 24 * 3600);

/// Starts every loop; they end with `stopping`.
pub fn start(app: &App, stopping: &CancellationToken) {
    tokio::spawn(run_purge(app.store.clone(), SERVICE, Retention::new(KEEP_EVENTS), stopping.clone()));
}
