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

/// What the sighting of an active person adds to the number of active people; `before` is none for one that was not known.
pub fn newly_active(before: Option<bool>) -> i64 {
    i64::from(before != Some(true))
}

#[cfg(test)]
mod tests {
    use super::newly_active;

    #[test]
    fn only_a_change_counts() {
        assert_eq!([None, Some(false), Some(true)].map(newly_active), [1, 1, 0]);
    }
}
