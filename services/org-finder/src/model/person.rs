//! People of the directory, and what events say of them.

use chrono::{DateTime, Utc};
use dialtone_ids::{OrganizationId, PersonId};

/// Somebody known to belong to an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub organization: OrganizationId,
    pub id: PersonId,
    /// In lower case.
    pub email: String,
    /// Empty when not known.
    pub display_name: String,
    /// False once the user was deleted.
    pub active: bool,
    pub last_activity: DateTime<Utc>,
    /// Not seen for a year: not counted as active.
    pub dormant: bool,
}

/// Which people are listed; every condition must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub active: Option<bool>,
    /// In lower case; empty for all.
    pub email_prefix: String,
    /// In its one spelling.
    pub domain: Option<String>,
}

/// What was learnt about a user elsewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    pub organization: OrganizationId,
    /// In lower case, with its domain.
    pub address: super::address::Address,
    /// Empty when not known.
    pub display_name: String,
    /// Name of the user at its source.
    pub source_user: String,
    /// When it was last seen to use or receive a service; of an administrative change, when that was made.
    pub at: DateTime<Utc>,
    /// Whether it received a service then. A change of its name or address is no activity: what is known of the user's stays.
    pub activity: bool,
}

/// What an event says of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// It is live, and so.
    Live(Sighting),
    /// It is gone.
    Gone {
        /// Name of the user at its source.
        source_user: String,
    },
}

/// What the directory has of somebody who is seen again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
    pub active: bool,
    pub dormant: bool,
    pub last_activity: DateTime<Utc>,
}

/// What the sighting of an active person means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    pub last_activity: DateTime<Utc>,
    pub dormant: bool,
    /// What it adds to the number of active people.
    pub counted: i64,
}

/// Decides; `before` is none for one that was not known. An older sighting does not take back a newer one's time, and who counts goes
/// on counting until the job of the year looks.
pub fn seen_again(before: Option<Before>, at: DateTime<Utc>, dormant_before: DateTime<Utc>) -> After {
    let last_activity = before.map_or(at, |before| before.last_activity.max(at));
    let counted_before = before.is_some_and(|before| before.active && !before.dormant);
    let dormant = last_activity < dormant_before && !counted_before;
    After { last_activity, dormant, counted: i64::from(!dormant) - i64::from(counted_before) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_change_of_who_counts_is_added() {
        let time = |seconds| DateTime::from_timestamp(seconds, 0).expect("a time");
        let before = |active, dormant, last| Some(Before { active, dormant, last_activity: time(last) });
        for (known, at, last_activity, dormant, counted) in [
            (None, 50, 50, false, 1),
            (None, 5, 5, true, 0),
            (before(false, false, 40), 30, 40, false, 1),
            (before(true, false, 40), 50, 50, false, 0),
            (before(true, true, 5), 6, 6, true, 0),
            (before(true, true, 5), 50, 50, false, 1),
            (before(true, false, 5), 6, 6, false, 0),
        ] {
            let expected = After { last_activity: time(last_activity), dormant, counted };
            assert_eq!(seen_again(known, time(at), time(10)), expected, "{known:?} {at}");
        }
    }
}
