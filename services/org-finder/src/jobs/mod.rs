//! Background loops of the service.

mod merge;
mod names;
mod people;
mod purge;
mod setups;
mod sweep;

use std::sync::Arc;

use dialtone_events::{Retention, run_purge};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::peers::{Subscriptions, UserProvisioning};
use crate::{App, SERVICE};

pub use merge::merge_organizations;

/// Starts every loop; they end with `stopping`. The engine of operations, which is what is returned, takes some time to end.
pub fn start(
    app: &Arc<App>,
    people: &UserProvisioning,
    setups: &Subscriptions,
    retention: Retention,
    stopping: &CancellationToken,
) -> JoinHandle<()> {
    tokio::spawn(run_purge(app.store.clone(), SERVICE, retention, stopping.clone()));
    tokio::spawn(people::run(app.store.clone(), people.clone(), stopping.clone()));
    tokio::spawn(setups::run(app.store.clone(), setups.clone(), stopping.clone()));
    tokio::spawn(sweep::run(Arc::clone(app), stopping.clone()));
    tokio::spawn(purge::run(Arc::clone(app), stopping.clone()));
    tokio::spawn(names::run(Arc::clone(app), stopping.clone()));
    let (operations, stopping) = (app.operations.clone(), stopping.clone());
    tokio::spawn(async move { operations.run(stopping).await })
}
