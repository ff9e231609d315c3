//! What each method means: one file per verb. Knows neither the wire nor SQL.

pub mod abandon_batches;
pub mod batch_create_users;
pub mod create_location;
pub mod create_target;
pub mod get_location;
pub mod get_target;
pub mod get_user;
pub mod list_locations;
pub mod list_simulator_accounts;
pub mod list_targets;
pub mod list_users;
pub mod provision_chunk;
pub mod simulator_ledger;
pub mod take_back_chunk;

use std::sync::Arc;

use dialtone_authz::Ctx;
use dialtone_db::history::{self, Change};
use dialtone_db::{Conn, DbFault, Store};
use dialtone_events::NewEvent;
use dialtone_ids::{OperationId, OrganizationId};

use crate::connectors::{Connectors, Guarded};
use crate::error::Error;
use crate::model::target::Target;
use crate::model::user::User;
use crate::store::batch::{self, Of};
use crate::store::{op::Op, target};

/// What the steps of an operation need: they outlive every request, so they do not hold the whole service.
#[derive(Clone)]
pub struct Provisioner {
    /// Our tables.
    pub store: Store,
    /// The ways to the targets.
    pub connectors: Arc<Connectors>,
}

impl Provisioner {
    /// The target of a batch and the way to it. It may belong to the customer's partner, whose rows the operation does not see
    /// otherwise; that it may be used was checked when the batch was accepted.
    async fn way(&self, ctx: &Ctx, of: Of) -> Result<(Target, Guarded), Error> {
        let everywhere = ctx.everywhere();
        let found = self.store.read(Op::TargetGet, &everywhere, async |c: &mut Conn| {
            let name = batch::batch_target(c, of).await.map_err(Error::Db)?;
            target::target_get(c, name).await.map_err(Error::Db)
        });
        let target = found.await?;
        let way = self.connectors.to(&target);
        Ok((target, way))
    }
}

/// The batch of an operation.
fn batch_of(organization: OrganizationId, operation: OperationId) -> Of {
    Of { operation, organization }
}

/// Rows of one page: what was asked for, 50 where nothing was.
fn page_size(asked: i32) -> usize {
    if asked == 0 { 50 } else { usize::try_from(asked).unwrap_or(50) }
}

/// Rows to read for a page of this size: one more says whether there is a next page.
fn with_one_more(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX - 1) + 1
}

/// Cuts the one row too many that says whether there is a next page; the last row of this page in that case.
fn cut<T: Clone>(rows: &mut Vec<T>, size: usize) -> Option<T> {
    if rows.len() <= size {
        return None;
    }
    rows.truncate(size);
    rows.last().cloned()
}

/// A missing resource, where the caller may know that it is missing.
fn found(fault: DbFault, name: impl ToString) -> Error {
    if fault == DbFault::NotFound { Error::NotFound(name.to_string()) } else { Error::Db(fault) }
}

/// A change of a user.
fn user_change(user: &User, verb: &'static str) -> Change {
    Change {
        tenant: Some(user.name.organization.uuid()),
        resource: user.name.to_string(),
        verb,
        before: None,
        after: Some(user.view()),
    }
}

/// Appends changes to history and events, all in two statements.
async fn record_all(c: &mut Conn, ctx: &Ctx, changes: &[Change]) -> Result<(), DbFault> {
    let events: Vec<NewEvent> = changes
        .iter()
        .map(|change| NewEvent {
            tenant: change.tenant,
            kind: change.verb,
            resource: change.resource.clone(),
            data: change.after.clone().or_else(|| change.before.clone()).unwrap_or_default(),
        })
        .collect();
    history::record_all(c, ctx, changes).await?;
    dialtone_events::append_all(c, ctx, &events).await
}
