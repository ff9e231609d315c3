//! Places of customers.

use chrono::{DateTime, Utc};
use dialtone_ids::LocationName;
use serde::{Deserialize, Serialize};

/// What a location is to its customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum LocationKind {
    /// Its first and main place; one at most.
    Headquarters,
    /// Any other.
    Branch,
}

impl LocationKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Headquarters, Self::Branch];

    /// The word in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Headquarters => "HEADQUARTERS",
            Self::Branch => "BRANCH",
        }
    }
}

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Country or region, ISO 3166-1 alpha-2.
    pub region_code: String,
    /// State, province or region; empty where there is none.
    pub administrative_area: String,
    /// City or town.
    pub locality: String,
    /// Empty where there is none.
    pub postal_code: String,
    /// Street lines.
    pub address_lines: Vec<String>,
}

/// What the caller says of a location.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// What the customer calls it.
    pub display_name: String,
    /// Headquarters or branch.
    pub kind: LocationKind,
    /// Where it is.
    pub address: Address,
    /// IANA time zone.
    pub time_zone: String,
    /// BCP 47.
    pub language_code: String,
}

/// A location as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// Its name.
    pub name: LocationName,
    /// What the caller said.
    pub place: Place,
    /// Counts its changes.
    pub version: i64,
    /// When it was created.
    pub created: DateTime<Utc>,
    /// When it last changed.
    pub updated: DateTime<Utc>,
}

impl Location {
    /// The location as history and events tell it, fields named as in its proto message.
    pub fn view(&self) -> serde_json::Value {
        serde_json::json!({
            "name": self.name,
            "display_name": self.place.display_name,
            "kind": format!("LOCATION_KIND_{}", self.place.kind.as_str()),
            "address": self.place.address,
            "time_zone": self.place.time_zone,
            "language_code": self.place.language_code,
        })
    }
}
