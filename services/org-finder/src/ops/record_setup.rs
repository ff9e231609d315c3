//! Writes what an event of another service says of a set-up: from then on its partner may ask for more.

use chrono::{DateTime, Utc};
use dialtone_db::{Conn, DbFault};
use dialtone_ids::{OrganizationId, SubscriptionId};

use crate::store::{merge, setup};

/// A subscription whose set-up is complete.
#[derive(Debug, PartialEq, Eq)]
pub struct Setup {
    pub subscription: SubscriptionId,
    pub partner: OrganizationId,
    pub customer: OrganizationId,
    pub completed: DateTime<Utc>,
}

/// Runs in the transaction that stores the event's position. The same news twice changes nothing. What is said of a merged
/// organization is its survivor's; a deleted one keeps it for the day that it is undeleted.
pub async fn run(c: &mut Conn, setup: &Setup) -> Result<(), DbFault> {
    let partner = end(c, setup.partner).await?;
    let customer = end(c, setup.customer).await?;
    let Some(ends) = partner.zip(customer) else {
        // Nobody can ask about an organization that is not there.
        tracing::debug!(subscription = %setup.subscription, "a set-up of an unknown organization is left out");
        return Ok(());
    };
    setup::setup_upsert(c, setup.subscription, ends, setup.completed).await
}

async fn end(c: &mut Conn, organization: OrganizationId) -> Result<Option<OrganizationId>, DbFault> {
    match merge::standing_follow(c, organization).await?.pop() {
        Some(live) => Ok(Some(live)),
        None => Ok(merge::standing_get(c, organization).await?.map(|_| organization)),
    }
}
