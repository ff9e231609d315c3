//! Ends a set-up: well, or by putting everything back. Runs in the transaction that records the operation's step.

use chrono::Utc;
use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::{LocationName, SubscriptionId};

use super::{lock, record_subscription};
use crate::error::Error;
use crate::model::item::Offering;
use crate::model::subscription::Subscription;
use crate::store::case;

/// Calling is set up; the subscription is active.
pub async fn complete(
    c: &mut Conn,
    ctx: &Ctx,
    subscription: SubscriptionId,
    operation: &str,
    headquarters: LocationName,
) -> Result<Subscription, Error> {
    let before = lock(c, ctx, subscription).await?;
    let mut after = before.clone();
    after.complete_setup(operation, Offering::Calling, Some(headquarters), Utc::now());
    let after = case::case_save(c, &before, &after).await.map_err(Error::Db)?;
    record_subscription(c, ctx, "subscription.activated", &before, &after).await?;
    Ok(after.subscription)
}

/// The set-up failed or was cancelled; it can be begun anew.
pub async fn abandon(c: &mut Conn, ctx: &Ctx, subscription: SubscriptionId, operation: &str) -> Result<(), Error> {
    let before = lock(c, ctx, subscription).await?;
    let mut after = before.clone();
    after.abandon_setup(operation);
    if before == after {
        return Ok(());
    }
    let after = case::case_save(c, &before, &after).await.map_err(Error::Db)?;
    record_subscription(c, ctx, "subscription.setup_abandoned", &before, &after).await
}
