//! The names of the suite's processes, in the two spellings that they have.

use std::{fmt, str::FromStr};

/// A process of the suite. As text it is `org-finder`; its schema and its roles in Postgres begin with `org_finder`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ServiceName {
    /// Organizations, their people and who may do what.
    OrgFinder,
    /// Onboarding templates and the catalogue.
    Templates,
    /// Orders and subscriptions.
    Subscriptions,
    /// Users, locations and outside systems.
    UserProvisioning,
    /// The front door; it has no schema.
    Gateway,
}

/// A text that names no service of the suite.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no service of the suite")]
pub struct UnknownService(pub String);

impl ServiceName {
    /// Every process, in the order in which they are started.
    pub const ALL: [Self; 5] =
        [Self::OrgFinder, Self::Templates, Self::UserProvisioning, Self::Subscriptions, Self::Gateway];

    /// The name in operation names, error domains and configuration: `org-finder`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OrgFinder => "org-finder",
            Self::Templates => "templates",
            Self::Subscriptions => "subscriptions",
            Self::UserProvisioning => "user-provisioning",
            Self::Gateway => "gateway",
        }
    }

    /// The schema in Postgres, and the first part of its roles' names: `org_finder`.
    pub const fn schema(self) -> &'static str {
        match self {
            Self::OrgFinder => "org_finder",
            Self::Templates => "templates",
            Self::Subscriptions => "subscriptions",
            Self::UserProvisioning => "user_provisioning",
            Self::Gateway => "gateway",
        }
    }

    /// The domain of the service's error reasons: `org-finder.dialtone.internal`.
    pub const fn error_domain(self) -> &'static str {
        match self {
            Self::OrgFinder => "org-finder.dialtone.internal",
            Self::Templates => "templates.dialtone.internal",
            Self::Subscriptions => "subscriptions.dialtone.internal",
            Self::UserProvisioning => "user-provisioning.dialtone.internal",
            Self::Gateway => "gateway.dialtone.internal",
        }
    }
}

impl fmt::Display for ServiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ServiceName {
    type Err = UnknownService;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|s| s.as_str() == text).ok_or_else(|| UnknownService(text.to_owned()))
    }
}
