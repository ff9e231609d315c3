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
    /// When it was last seen to use or receive a service.
    pub at: DateTime<Utc>,
}

/// How the number of active people changes when a person goes from one state to the other; `None` was not known.
pub fn active_delta(before: Option<bool>, after: bool) -> i64 {
    i64::from(after) - i64::from(before == Some(true))
}

#[cfg(test)]
mod tests {
    use super::active_delta;

    #[test]
    fn only_a_change_counts() {
        for (before, after, delta) in [
            (None, true, 1),
            (None, false, 0),
            (Some(false), true, 1),
            (Some(true), true, 0),
            (Some(true), false, -1),
            (Some(false), false, 0),
        ] {
            assert_eq!(active_delta(before, after), delta, "{before:?} {after}");
        }
    }
}
