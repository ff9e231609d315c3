//! Who sets values for itself: an organization or one of its users.

use std::fmt;

use chrono::{DateTime, Utc};
use dialtone_ids::{BadName, OrganizationId, UserName};
use serde::{Deserialize, Serialize};

use super::{Level, Values};

/// Whose values they are; prints and parses as the name of its settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Owner {
    Organization(OrganizationId),
    User(UserName),
}

impl Owner {
    /// Reads `organizations/{uuid}/settings` or `organizations/{uuid}/users/{uuid}/settings`.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let bad = || BadName::new(text, "organizations/{uuid}/settings");
        let owner = text.strip_suffix("/settings").ok_or_else(bad)?;
        match UserName::parse(owner) {
            Ok(user) => Ok(Self::User(user)),
            Err(_) => OrganizationId::parse(owner).map(Self::Organization).map_err(|_| bad()),
        }
    }

    /// The organization it belongs to.
    pub fn organization(self) -> OrganizationId {
        match self {
            Self::Organization(organization) => organization,
            Self::User(user) => user.organization,
        }
    }

    /// The level of its values.
    pub fn level(self) -> Level {
        match self {
            Self::Organization(_) => Level::Organization,
            Self::User(_) => Level::User,
        }
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization(organization) => write!(f, "{organization}/settings"),
            Self::User(user) => write!(f, "{user}/settings"),
        }
    }
}

/// What an owner sets for itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owned {
    pub owner: Owner,
    pub values: Values,
    /// 0 before the first change.
    pub version: i64,
    /// None before the first change.
    pub updated: Option<DateTime<Utc>>,
}

impl Owned {
    /// Nothing set yet.
    pub fn nothing(owner: Owner) -> Self {
        Self { owner, values: Values::new(), version: 0, updated: None }
    }

    /// The values as history and events tell them.
    pub fn view(&self) -> serde_json::Value {
        serde_json::json!({ "name": self.owner.to_string(), "values": self.values })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back_and_others_do_not() {
        let organization = OrganizationId::new();
        let user = UserName::new(organization, dialtone_ids::UserId::new());
        for owner in [Owner::Organization(organization), Owner::User(user)] {
            assert_eq!(Owner::parse(&owner.to_string()), Ok(owner));
        }
        for bad in ["organizations/x/settings", &organization.to_string(), "settings", "/settings"] {
            assert!(Owner::parse(bad).is_err(), "{bad}");
        }
    }
}
