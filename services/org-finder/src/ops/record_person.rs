//! Writes what an event of another service says of a person, and what that does to its organization's activity.

use chrono::Utc;
use dialtone_db::{Conn, DbFault};

use crate::model::activity::dormant_before;
use crate::model::person::{News, Sighting, seen_again};
use crate::store::{merge, person};

/// Runs in the transaction that stores the event's position. The same news twice changes nothing.
pub async fn run(c: &mut Conn, news: &News) -> Result<(), DbFault> {
    match news {
        // That somebody left is no activity, and who was never known does not become known by it.
        News::Gone { source_user } => person::person_deactivate(c, source_user, None).await,
        News::Live(seen) => record(c, seen).await,
    }
}

async fn record(c: &mut Conn, seen: &Sighting) -> Result<(), DbFault> {
    let Some(home) = merge::standing_follow(c, seen.organization).await?.pop() else {
        // Nobody can be in the directory of an organization that is not there.
        tracing::warn!(organization = %seen.organization, "a person of an unknown organization is left out");
        return Ok(());
    };
    let mut seen = Sighting { organization: home, ..seen.clone() };
    if !seen.activity {
        seen.at = person::person_last_activity(c, &seen.source_user).await?.unwrap_or(seen.at);
    }
    // A user has one address: under another one, or elsewhere, this one is not found any more.
    person::person_deactivate(c, &seen.source_user, Some((home, &seen.address.email))).await?;
    let before = person::person_lock(c, home, &seen.address.email).await?;
    let after = seen_again(before, seen.at, dormant_before(Utc::now()));
    person::person_upsert(c, &seen, after).await
}
