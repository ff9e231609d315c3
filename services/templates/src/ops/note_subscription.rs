//! Notes whose a subscription is, as subscriptions tells it.

use dialtone_db::{Conn, DbFault};
use dialtone_ids::{OrganizationId, SubscriptionId};

use crate::store::subscription;

/// Runs in the transaction that moves on in the events; saying the same again changes nothing.
pub async fn run(
    c: &mut Conn,
    subscription: SubscriptionId,
    owner: Option<OrganizationId>,
    wholesale: bool,
) -> Result<(), DbFault> {
    subscription::subscription_put(c, subscription, owner, wholesale).await
}
