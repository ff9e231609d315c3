//! The rules between the entries of a catalogue.

use super::Catalogue;
use super::file::Faults;
use crate::model::offering::{MOST, Product};
use crate::model::package::{Bases, Package};

/// Longest name of anything, in characters.
const LONGEST_NAME: usize = 200;

/// Adds whatever does not go together.
pub(super) fn check(catalogue: &Catalogue, faults: &mut Faults) {
    for (audience, bases) in &catalogue.audiences {
        bases_fit(&format!("audiences.{}", audience.id()), *bases, faults);
    }
    for (id, offering) in &catalogue.offerings {
        let path = format!("offerings.{id}");
        id_fits(&path, id, '-', faults);
        name_fits(&path, &offering.display_name, faults);
    }
    for (id, package) in &catalogue.packages {
        package_fits(catalogue, &format!("packages.{id}"), id, package, faults);
    }
    for (sku, product) in &catalogue.products {
        product_fits(catalogue, &format!("products.{sku}"), product, faults);
    }
}

fn bases_fit(path: &str, bases: Bases, faults: &mut Faults) {
    if bases.minimum < 0 {
        faults.add(format!("{path}.base_minimum"), "is below 0");
    }
    if bases.maximum.is_some_and(|maximum| maximum < bases.minimum) {
        faults.add(format!("{path}.base_maximum"), "is below base_minimum");
    }
}

/// Small letters, digits and one sign between words: `webex-calling`, `webex_calling`.
fn id_fits(path: &str, id: &str, sign: char, faults: &mut Faults) {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == sign;
    if !(2..=63).contains(&id.len()) || !id.starts_with(|c: char| c.is_ascii_lowercase()) || !id.chars().all(plain) {
        faults.add(path, format!("is no id: 2 to 63 small letters, digits and `{sign}`, a letter first"));
    }
}

fn name_fits(path: &str, name: &str, faults: &mut Faults) {
    let blank = name.trim() != name || name.is_empty();
    if blank || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        faults.add(
            format!("{path}.display_name"),
            "is no name: 1 to 200 characters, none of them a control, no blank at an end",
        );
    }
}

/// Each entry of a list of names once, and each that `known` knows.
fn names_fit(path: &str, names: &[String], known: impl Fn(&str) -> bool, what: &str, faults: &mut Faults) {
    for (place, name) in names.iter().enumerate() {
        if names[..place].contains(name) {
            faults.add(path, format!("{name} stands there twice"));
        } else if !known(name) {
            faults.add(path, format!("{name} is {what} of this file"));
        }
    }
}

fn package_fits(catalogue: &Catalogue, path: &str, id: &str, package: &Package, faults: &mut Faults) {
    id_fits(path, id, '_', faults);
    if !package.for_customers && !package.for_users {
        faults.add(format!("{path}.audiences"), "is empty: nobody could have it");
    }
    let needs = format!("{path}.needs_one_of");
    let known = |other: &str| catalogue.packages.contains_key(other) && other != id;
    names_fit(&needs, &package.needs_one_of, known, "no other package", faults);
    let reachable = |audience: fn(&Package) -> bool| {
        let mut needed = package.needs_one_of.iter().filter_map(|other| catalogue.packages.get(other));
        package.needs_one_of.is_empty() || !audience(package) || needed.any(audience)
    };
    if !reachable(|package| package.for_customers) || !reachable(|package| package.for_users) {
        faults.add(&needs, "is for other audiences only: nobody could have both");
    }
}

fn product_fits(catalogue: &Catalogue, path: &str, product: &Product, faults: &mut Faults) {
    let (sku, limit) = (&product.sku, product.quantity);
    let plain = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-';
    if !(1..=64).contains(&sku.len()) || sku.starts_with('-') || !sku.chars().all(plain) {
        faults.add(path, "is no article number: 1 to 64 capitals, digits and `-`, the last not first");
    }
    name_fits(path, &product.display_name, faults);
    if !catalogue.offerings.contains_key(&product.offering) {
        faults.add(format!("{path}.offering"), format!("{} is no offering of this file", product.offering));
    }
    let known = |id: &str| catalogue.packages.contains_key(id);
    names_fit(&format!("{path}.packages"), &product.packages, known, "no package", faults);
    let needs = format!("{path}.needs_one_of");
    let known = |name: &str| match name.split_once('/') {
        Some(("products", other)) => catalogue.products.contains_key(other) && other != sku,
        Some(("offerings", id)) => catalogue.offerings.contains_key(id),
        _ => false,
    };
    names_fit(&needs, &product.needs_one_of, known, "neither an offering nor another product", faults);
    if product.add_on == product.needs_one_of.is_empty() {
        faults.add(&needs, "is what an add-on has and a base product has not");
    }
    if limit.minimum < 1 || limit.maximum > MOST || limit.minimum > limit.maximum {
        faults.add(path, format!("minimum and maximum are no range within 1 to {MOST}"));
    } else if limit.step < 1 || limit.step > limit.maximum || (limit.maximum - limit.minimum) % limit.step != 0 {
        faults.add(format!("{path}.step"), "does not lead from the minimum to the maximum");
    }
}
