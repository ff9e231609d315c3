//! Writes what an event of another service says of a person, and what that does to its organization's activity.

use dialtone_db::{Conn, DbFault};

use crate::model::person::{Sighting, newly_active};
use crate::store::{organization, person};

/// Runs in the transaction that stores the event's position. The same sighting twice changes nothing.
pub async fn run(c: &mut Conn, seen: &Sighting, active: bool) -> Result<(), DbFault> {
    if !organization::organization_exists(c, seen.organization).await? {
        // Nobody can be in the directory of an organization that is not there.
        tracing::warn!(organization = %seen.organization, "a person of an unknown organization is left out");
        return Ok(());
    }
    if !active {
        // That somebody left is no activity, and who was never known does not become known by it.
        return person::person_deactivate(c, seen).await;
    }
    let before = person::person_lock_active(c, seen.organization, &seen.address.email).await?;
    person::person_upsert(c, seen).await?;
    person::activity_add(c, seen, newly_active(before)).await
}
