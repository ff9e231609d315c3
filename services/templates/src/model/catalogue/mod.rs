//! The catalogue as a whole: what a file says, and what differs from what is in force.

mod check;
mod difference;
mod file;

use std::collections::BTreeMap;

pub use difference::{Change, changes};
pub use file::read;

use super::offering::{Offering, Product};
use super::package::{Audience, Bases, Package};

/// Everything in it, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    pub offerings: BTreeMap<String, Offering>,
    pub packages: BTreeMap<String, Package>,
    pub audiences: BTreeMap<Audience, Bases>,
    pub products: BTreeMap<String, Product>,
}

/// One entry of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Entry {
    Offering(Offering),
    Package(Package),
    Audience(Audience, Bases),
    Product(Product),
}
