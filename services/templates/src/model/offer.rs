//! What a partner can give of a hosted service, and who was given it.

use std::collections::BTreeSet;
use std::fmt;

use chrono::{DateTime, Utc};
use dialtone_ids::{BadName, OrganizationId, UserName};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use super::plan::{Kind, PlanName};

/// `organizations/{uuid}/resellerOffers/{offering}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct OfferName {
    /// The partner that can give.
    pub partner: OrganizationId,
    /// Id of the hosted service.
    pub offering: String,
}

impl OfferName {
    /// Reads the full name.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let form = || BadName::new(text, "organizations/{uuid}/resellerOffers/{offering}");
        let (partner, offering) = text.split_once("/resellerOffers/").ok_or_else(form)?;
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if offering.is_empty() || !offering.chars().all(plain) {
            return Err(form());
        }
        let partner = OrganizationId::parse(partner).map_err(|_| form())?;
        Ok(Self { partner, offering: offering.to_owned() })
    }
}

impl fmt::Display for OfferName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/resellerOffers/{}", self.partner, self.offering)
    }
}

impl Serialize for OfferName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OfferName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

/// An offer as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub name: OfferName,
    /// The partner on the tier above that offers; none for the provider.
    pub offered_by: Option<OrganizationId>,
    /// What is saved, and not offered by that.
    pub ticked: BTreeSet<PlanName>,
    /// What can be given now.
    pub offered: BTreeSet<PlanName>,
    pub version: i64,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    /// When ticks became an offer last.
    pub provisioned: Option<DateTime<Utc>>,
}

/// Where an offer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Applied,
    Provisioned,
    ProvisionedWithChanges,
    Withdrawn,
}

impl Offer {
    /// Where it stands.
    pub fn state(&self) -> State {
        match (self.ticked.is_empty(), self.offered.is_empty()) {
            (true, true) => State::Withdrawn,
            (false, true) => State::Applied,
            _ if self.ticked == self.offered => State::Provisioned,
            _ => State::ProvisionedWithChanges,
        }
    }

    /// The offer as history and events tell it, fields named as in its proto message.
    pub fn view(&self) -> Value {
        let of = |plans: &BTreeSet<PlanName>, kind: Kind| -> Vec<PlanName> {
            plans.iter().filter(|plan| plan.kind == kind).copied().collect()
        };
        json!({
            "name": self.name,
            "offered_by": self.offered_by,
            "user_plans": of(&self.ticked, Kind::User),
            "customer_plans": of(&self.ticked, Kind::Customer),
            "offered_user_plans": of(&self.offered, Kind::User),
            "offered_customer_plans": of(&self.offered, Kind::Customer),
        })
    }
}

/// Who has a plan: a customer has customer plans, a user user plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Holder {
    User(UserName),
    Customer(OrganizationId),
}

impl Holder {
    /// Reads `organizations/{uuid}` or `organizations/{uuid}/users/{uuid}`, whichever a plan of this kind is given to.
    pub fn parse(text: &str, kind: Kind) -> Result<Self, BadName> {
        match kind {
            Kind::User => UserName::parse(text).map(Self::User),
            Kind::Customer => OrganizationId::parse(text).map(Self::Customer),
        }
    }

    /// The customer, or the user's.
    pub fn organization(self) -> OrganizationId {
        match self {
            Self::User(user) => user.organization,
            Self::Customer(customer) => customer,
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User(user) => user.fmt(f),
            Self::Customer(customer) => customer.fmt(f),
        }
    }
}

/// Somebody has a plan by an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanUse {
    pub offer: OfferName,
    pub plan: PlanName,
    pub holder: Holder,
    pub created: DateTime<Utc>,
}

impl PlanUse {
    /// The use as history and events tell it.
    pub fn view(&self) -> Value {
        json!({ "offer": self.offer, "plan": self.plan, "holder": self.holder })
    }
}

/// Those who stand in the way: how many, and the first of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InTheWay<T> {
    pub count: i64,
    pub first: Vec<T>,
}

/// How many are named in a refusal at most.
pub const NAMED: i64 = 10;
