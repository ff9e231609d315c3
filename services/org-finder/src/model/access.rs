//! Who may do what: grants and partner links.

use chrono::{DateTime, SecondsFormat, Utc};
use dialtone_ids::{Etag, GrantName, OrganizationId, PartnerLinkName};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// How many links up a grant still reaches: partner, sub-partner and so on. What is farther has no access.
pub const MOST_TIERS: i32 = 5;

/// A role over an organization; each includes the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccessRole {
    ReadOnly,
    ProvisioningAdmin,
    FullAdmin,
}

impl AccessRole {
    const ALL: [Self; 3] = [Self::ReadOnly, Self::ProvisioningAdmin, Self::FullAdmin];

    /// The number that is stored, 1 to 3, in the order of strength.
    pub fn number(self) -> i16 {
        match self {
            Self::ReadOnly => 1,
            Self::ProvisioningAdmin => 2,
            Self::FullAdmin => 3,
        }
    }

    /// The role of this number.
    pub fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.number() == number)
    }
}

/// A role given to a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    pub name: GrantName,
    /// The `sub` of the person's token.
    pub subject: String,
    pub role: AccessRole,
    /// Counts changes, from 1.
    pub version: i64,
    pub created: DateTime<Utc>,
}

impl Grant {
    /// As events and history show it.
    pub fn view(&self) -> Value {
        json!({
            "name": self.name,
            "subject": self.subject,
            "role": self.role,
            "etag": Etag::of_version(self.version),
            "create_time": self.created.to_rfc3339_opts(SecondsFormat::Micros, true),
        })
    }
}

/// A partner that provisions for an organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerLink {
    pub name: PartnerLinkName,
    pub customer: OrganizationId,
    /// The most that the partner's people may do there.
    pub role: AccessRole,
    /// Counts changes, from 1. Answers that were kept before links had versions lack it.
    #[serde(default)]
    pub version: i64,
    pub created: DateTime<Utc>,
}

impl PartnerLink {
    /// As events and history show it.
    pub fn view(&self) -> Value {
        json!({
            "name": self.name,
            "customer": self.customer,
            "role": self.role,
            "etag": Etag::of_version(self.version),
            "create_time": self.created.to_rfc3339_opts(SecondsFormat::Micros, true),
        })
    }
}

/// The role that a person has somewhere, and through whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Access {
    pub role: AccessRole,
    /// The partner on which the person has its grant; none for a grant on the organization itself.
    pub via: Option<OrganizationId>,
}

#[cfg(test)]
mod tests {
    use super::AccessRole;

    #[test]
    fn numbers_follow_strength() {
        assert!(AccessRole::ALL.is_sorted());
        for role in AccessRole::ALL {
            assert_eq!(AccessRole::from_number(role.number()), Some(role));
        }
        assert!(AccessRole::ALL.is_sorted_by_key(|role| role.number()));
        assert_eq!(AccessRole::from_number(4), None);
    }
}
