//! What can be set up and what can be ordered.

use serde::{Deserialize, Serialize};

/// A service that can be set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offering {
    /// Stable id, e.g. `webex-calling`.
    pub id: String,
    pub display_name: String,
    /// Whether it is a hosted service that plans configure.
    pub takes_plans: bool,
    pub retired: bool,
}

/// An article of the price list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Product {
    /// The article number, e.g. `CALLING-STD`.
    pub sku: String,
    pub display_name: String,
    /// Id of the offering it belongs to.
    pub offering: String,
    /// Whether it adds to something that the customer has.
    pub add_on: bool,
    /// Ids of packages that it entitles to, sorted.
    pub packages: Vec<String>,
    /// `products/{sku}` and `offerings/{id}`, sorted: the customer of an add-on has one of these. Empty for no condition.
    pub needs_one_of: Vec<String>,
    pub quantity: Quantity,
    pub trial_allowed: bool,
    pub retired: bool,
}

/// How many can be bought: from `minimum` on in steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantity {
    pub minimum: i32,
    pub maximum: i32,
    pub step: i32,
}

/// The most of anything that can be bought at once.
pub const MOST: i32 = 1_000_000;
