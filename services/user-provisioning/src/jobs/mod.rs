//! What goes on without a request: the engine with the steps of operations, and loops.

mod abandoned;
mod provision_users;
mod purge;

use std::sync::Arc;

use dialtone_events::{Retention, run_purge};
use dialtone_operations::Definition;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::ops::{Provisioner, batch_create_users};
use crate::{App, SERVICE};

/// `BatchCreateUsers`. What a finished one answers is for the wire to say.
pub fn batch_create_users(provisioner: Provisioner) -> Definition {
    Definition::new(batch_create_users::KIND, 1).step(provision_users::ProvisionUsers::new(Arc::new(provisioner)))
}

/// Starts every loop; they end with `stopping`. The engine, which is what is returned, takes some time to end.
pub fn start(app: &App, stopping: &CancellationToken) -> JoinHandle<()> {
    let store = || app.store.clone();
    tokio::spawn(run_purge(store(), SERVICE, Retention::default(), stopping.clone()));
    tokio::spawn(abandoned::run(store(), stopping.clone()));
    tokio::spawn(purge::run(store(), stopping.clone()));
    let (operations, stopping) = (app.operations.clone(), stopping.clone());
    tokio::spawn(async move { operations.run(stopping).await })
}
