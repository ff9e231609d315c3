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
/// organization is its survivor's.
pub async fn run(c: &mut Conn, setup: &Setup) -> Result<(), DbFault> {
    let partner = merge::standing_follow(c, setup.partner).await?.pop();
    let customer = merge::standing_follow(c, setup.customer).await?.pop();
    let Some(ends) = partner.zip(customer) else {
        // Nobody can ask about an organization that is not there.
        tracing::debug!(subscription = %setup.subscription, "a set-up of an unknown organization is left out");
        return Ok(());
    };
    setup::setup_upsert(c, setup.subscription, ends, setup.completed).await
}
