//! Background loops of the service.

mod people;
mod purge;
mod sweep;

use std::sync::Arc;

use dialtone_events::{Retention, run_purge};
use tokio_util::sync::CancellationToken;

use crate::peers::UserProvisioning;
use crate::{App, SERVICE};

/// Starts every loop; they end with `stopping`.
pub fn start(app: &Arc<App>, source: &UserProvisioning, retention: Retention, stopping: &CancellationToken) {
    tokio::spawn(run_purge(app.store.clone(), SERVICE, retention, stopping.clone()));
    tokio::spawn(people::run(app.store.clone(), source.clone(), stopping.clone()));
    tokio::spawn(sweep::run(Arc::clone(app), stopping.clone()));
    tokio::spawn(purge::run(Arc::clone(app), stopping.clone()));
}
