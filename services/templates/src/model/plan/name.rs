//! Names of plans: `organizations/{uuid}/userPlans/{uuid}`, with `-` in the place of the organization for those of the provider.

use std::fmt;

use dialtone_ids::{BadName, OrganizationId};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Whose a plan is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The provider: every partner may be offered it.
    Provider,
    Organization(OrganizationId),
}

impl Owner {
    /// Reads `organizations/{uuid}` or `organizations/-`.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        if text == PROVIDER { Ok(Self::Provider) } else { OrganizationId::parse(text).map(Self::Organization) }
    }

    /// The organization, if it is one.
    pub fn organization(self) -> Option<OrganizationId> {
        match self {
            Self::Provider => None,
            Self::Organization(organization) => Some(organization),
        }
    }

    /// For the database, where the provider is the nil UUID.
    pub fn uuid(self) -> Uuid {
        self.organization().map_or(Uuid::nil(), OrganizationId::uuid)
    }

    /// The owner that a row carries.
    pub fn from_uuid(id: Uuid) -> Self {
        if id.is_nil() { Self::Provider } else { Self::Organization(OrganizationId::from_uuid(id)) }
    }
}

const PROVIDER: &str = "organizations/-";

impl fmt::Display for Owner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider => f.write_str(PROVIDER),
            Self::Organization(organization) => organization.fmt(f),
        }
    }
}

/// Whom a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    User,
    Customer,
}

impl Kind {
    /// Second-last segment of the name.
    const fn collection(self) -> &'static str {
        match self {
            Self::User => "userPlans",
            Self::Customer => "customerPlans",
        }
    }
}

/// A plan's full name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlanName {
    pub owner: Owner,
    pub kind: Kind,
    pub id: Uuid,
}

impl PlanName {
    /// Reads the full name of either kind, in its one spelling.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let form =
            || BadName::new(text, "organizations/{uuid}/userPlans/{uuid} or organizations/{uuid}/customerPlans/{uuid}");
        let find = |kind: Kind| {
            let (owner, id) = text.split_once(&format!("/{}/", kind.collection()))?;
            let owner = Owner::parse(owner).ok()?;
            let id = Uuid::try_parse(id).ok().filter(|uuid| uuid.to_string() == id)?;
            Some(Self { owner, kind, id })
        };
        find(Kind::User).or_else(|| find(Kind::Customer)).ok_or_else(form)
    }

    /// Reads the full name of one kind.
    pub fn parse_as(text: &str, kind: Kind) -> Result<Self, BadName> {
        let form = || BadName::new(text, format!("organizations/{{uuid}}/{}/{{uuid}}", kind.collection()));
        Self::parse(text).ok().filter(|name| name.kind == kind).ok_or_else(form)
    }
}

impl fmt::Display for PlanName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.owner, self.kind.collection(), self.id)
    }
}

impl Serialize for PlanName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PlanName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_spelling() {
        for owner in [Owner::Provider, Owner::Organization(OrganizationId::new())] {
            for kind in [Kind::User, Kind::Customer] {
                let name = PlanName { owner, kind, id: Uuid::now_v7() };
                assert_eq!(PlanName::parse(&name.to_string()), Ok(name));
                assert_eq!(PlanName::parse_as(&name.to_string(), kind), Ok(name));
                assert!(PlanName::parse(&name.to_string().to_uppercase()).is_err());
            }
            let name = PlanName { owner, kind: Kind::User, id: Uuid::now_v7() };
            assert!(PlanName::parse_as(&name.to_string(), Kind::Customer).is_err());
        }
        for bad in ["", "organizations/-/userPlans/x", "organizations/-/plans/018f0000-0000-7000-8000-000000000000"] {
            assert!(PlanName::parse(bad).is_err(), "{bad}");
        }
    }
}
