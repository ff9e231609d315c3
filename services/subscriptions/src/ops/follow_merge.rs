//! Follows a merge of organizations: subscriptions that are mapped to the one that went are the other's, and back if it is undone.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};
use dialtone_ids::{OrganizationId, SubscriptionId};

use super::{lock, record_subscription};
use crate::error::Error;
use crate::model::case::Side;
use crate::store::{case, merged_mapping};

/// Mappings of one statement.
const AT_ONCE: i64 = 500;

/// Runs in the transaction that stores the event's position. `from` was merged into `into`.
pub async fn merged(c: &mut Conn, ctx: &Ctx, from: OrganizationId, into: OrganizationId) -> Result<(), DbFault> {
    loop {
        let mappings = merged_mapping::mapping_list_of(c, from, AT_ONCE).await?;
        if mappings.is_empty() {
            return Ok(());
        }
        for mapping in mappings {
            remap(c, ctx, mapping, (from, into)).await.map_err(fault)?;
            merged_mapping::merged_mapping_insert(c, from, mapping).await?;
        }
    }
}

/// The same for an undo: `into` is an organization of its own again. A mapping that was changed since stays as it is.
pub async fn undone(c: &mut Conn, ctx: &Ctx, from: OrganizationId, into: OrganizationId) -> Result<(), DbFault> {
    loop {
        let mappings = merged_mapping::merged_mapping_take(c, into, AT_ONCE).await?;
        if mappings.is_empty() {
            return Ok(());
        }
        for mapping in mappings {
            remap(c, ctx, mapping, (from, into)).await.map_err(fault)?;
        }
    }
}

async fn remap(
    c: &mut Conn,
    ctx: &Ctx,
    (subscription, side): (SubscriptionId, Side),
    (from, into): (OrganizationId, OrganizationId),
) -> Result<(), Error> {
    let before = lock(c, ctx, subscription).await?;
    let mut after = before.clone();
    after.follow_merge(side, from, into);
    if before == after {
        return Ok(());
    }
    let after = case::case_save(c, &before, &after).await.map_err(Error::Db)?;
    record_subscription(c, ctx, "subscription.organization_merged", &before, &after).await
}

/// Nothing but the database can fail here.
fn fault(error: Error) -> DbFault {
    match error {
        Error::Db(fault) => fault,
        other => DbFault::Other(other.to_string()),
    }
}
