//! People of customers, and the life of one: recorded, then on its target or refused by it.

use chrono::{DateTime, Utc};
use dialtone_ids::{LocationName, UserName};
use serde::{Deserialize, Serialize};

/// Where a user stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserState {
    /// Recorded; not on its target yet.
    Provisioning,
    /// On its target.
    Provisioned,
    /// Refused by the target.
    Error,
}

impl UserState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Provisioning, Self::Provisioned, Self::Error];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Provisioning => "PROVISIONING",
            Self::Provisioned => "PROVISIONED",
            Self::Error => "ERROR",
        }
    }
}

/// What the caller says of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewUser {
    /// First name.
    pub given_name: String,
    /// Last name.
    pub family_name: String,
    /// Mail address, in lower case.
    pub email: String,
    /// Id of the base package.
    pub package: String,
    /// Where the user sits; of the same customer, once that is checked.
    pub location: LocationName,
}

/// A user as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Its name.
    pub name: UserName,
    /// What the caller said.
    pub person: NewUser,
    /// Where it stands.
    pub state: UserState,
    /// Counts its changes.
    pub version: i64,
    /// When it was created.
    pub created: DateTime<Utc>,
    /// When it last changed.
    pub updated: DateTime<Utc>,
}

impl User {
    /// The user as history and events tell it, fields named as in its proto message.
    pub fn view(&self) -> serde_json::Value {
        self.view_in(self.state)
    }

    /// The same user in another state: what it was before a change.
    pub fn view_in(&self, state: UserState) -> serde_json::Value {
        serde_json::json!({
            "name": self.name,
            "given_name": self.person.given_name,
            "family_name": self.person.family_name,
            "email": self.person.email,
            "package": format!("packages/{}", self.person.package),
            "location": self.person.location,
            "state": format!("USER_STATE_{}", state.as_str()),
        })
    }
}
