//! Reads a catalogue from a file. `catalogue.default.toml` explains the form.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

use super::Catalogue;
use super::check::check;
use crate::model::offering::{MOST, Offering, Product, Quantity};
use crate::model::package::{Audience, Bases, Package};

/// Everything that is wrong with a file, each with its path in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<String>);

impl Faults {
    pub(super) fn add(&mut self, path: impl fmt::Display, what: impl fmt::Display) {
        self.0.push(format!("{path}: {what}"));
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} faults in the catalogue", self.0.len())?;
        self.0.iter().try_for_each(|fault| write!(f, "\n  {}", fault.trim_end().replace('\n', "\n  ")))
    }
}

impl std::error::Error for Faults {}

const fn one() -> i32 {
    1
}

const fn most() -> i32 {
    MOST
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfferingEntry {
    display_name: String,
    #[serde(default)]
    takes_plans: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PackageEntry {
    audiences: Vec<Audience>,
    #[serde(default)]
    base: bool,
    #[serde(default)]
    needs_one_of: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AudienceEntry {
    base_minimum: i32,
    base_maximum: Option<i32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ProductKind {
    Base,
    AddOn,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductEntry {
    display_name: String,
    offering: String,
    kind: ProductKind,
    #[serde(default)]
    packages: Vec<String>,
    #[serde(default)]
    needs_one_of: Vec<String>,
    #[serde(default = "one")]
    minimum: i32,
    #[serde(default = "most")]
    maximum: i32,
    #[serde(default = "one")]
    step: i32,
    #[serde(default)]
    trial_allowed: bool,
}

/// The catalogue that `text` says.
///
/// # Errors
/// All that is wrong with it, but after a fault of the notation itself: that is told alone, with its line.
pub fn read(text: &str) -> Result<Catalogue, Faults> {
    let mut faults = Faults::default();
    let mut file: Table = match toml::from_str(text) {
        Ok(file) => file,
        Err(error) => {
            let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
            faults.add(format!("line {}", before.matches('\n').count() + 1), error.message());
            return Err(faults);
        }
    };
    let catalogue = Catalogue {
        offerings: section(&mut file, "offerings", &mut faults, offering),
        packages: section(&mut file, "packages", &mut faults, package),
        audiences: audiences(&mut file, &mut faults),
        products: section(&mut file, "products", &mut faults, product),
    };
    for unknown in file.keys() {
        faults.add(unknown, "is no part of a catalogue: it has audiences, offerings, packages and products");
    }
    check(&catalogue, &mut faults);
    if faults.0.is_empty() { Ok(catalogue) } else { Err(faults) }
}

/// The entries of one section by their keys. One that cannot be read is told and left out.
fn section<E: DeserializeOwned, T>(
    file: &mut Table,
    name: &str,
    faults: &mut Faults,
    make: impl Fn(String, E) -> T,
) -> BTreeMap<String, T> {
    let entries = match file.remove(name) {
        None => Table::new(),
        Some(Value::Table(entries)) => entries,
        Some(other) => {
            faults.add(name, format!("is a {}, not a table", other.type_str()));
            Table::new()
        }
    };
    let mut read = BTreeMap::new();
    for (key, entry) in entries {
        match entry.try_into::<E>() {
            Ok(entry) => {
                read.insert(key.clone(), make(key, entry));
            }
            Err(error) => faults.add(format!("{name}.{key}"), error.message()),
        }
    }
    read
}

fn sorted(mut all: Vec<String>) -> Vec<String> {
    all.sort_unstable();
    all
}

fn offering(id: String, entry: OfferingEntry) -> Offering {
    Offering { id, display_name: entry.display_name, takes_plans: entry.takes_plans, retired: false }
}

fn package(id: String, entry: PackageEntry) -> Package {
    Package {
        id,
        for_customers: entry.audiences.contains(&Audience::Customer),
        for_users: entry.audiences.contains(&Audience::User),
        base: entry.base,
        needs_one_of: sorted(entry.needs_one_of),
        retired: false,
    }
}

fn product(sku: String, entry: ProductEntry) -> Product {
    Product {
        sku,
        display_name: entry.display_name,
        offering: entry.offering,
        add_on: matches!(entry.kind, ProductKind::AddOn),
        packages: sorted(entry.packages),
        needs_one_of: sorted(entry.needs_one_of),
        quantity: Quantity { minimum: entry.minimum, maximum: entry.maximum, step: entry.step },
        trial_allowed: entry.trial_allowed,
        retired: false,
    }
}

fn audiences(file: &mut Table, faults: &mut Faults) -> BTreeMap<Audience, Bases> {
    let bases = |_, entry: AudienceEntry| Bases { minimum: entry.base_minimum, maximum: entry.base_maximum };
    let mut entries = section(file, "audiences", faults, bases);
    let mut read = BTreeMap::new();
    for (name, audience) in [("customer", Audience::Customer), ("user", Audience::User)] {
        match entries.remove(name) {
            Some(bases) => {
                read.insert(audience, bases);
            }
            None => faults.add(format!("audiences.{name}"), "is missing, or cannot be read"),
        }
    }
    for unknown in entries.keys() {
        faults.add(format!("audiences.{unknown}"), "is no audience: there are customer and user");
    }
    read
}
