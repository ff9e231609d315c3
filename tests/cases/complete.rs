//! Whether the table is complete: each requirement has a case, and each method is called by one.

use std::collections::BTreeSet;

use dialtone_proto::DESCRIPTOR_POOL;
use libtest_mimic::{Failed, Trial};

use crate::table::Case;

/// The requirements: groups, and how many rows each has.
const GROUPS: [(&str, usize); 2] = [("ORG", 10), ("TPL", 7)];

/// The packages of the services that they are about.
const PACKAGES: [&str; 2] = ["dialtone.orgfinder.v1", "dialtone.templates.v1"];

pub fn tests(cases: &[Case]) -> Vec<Trial> {
    let (wanted, had) = (rows(), cases.iter().map(|case| case.row.clone()).collect());
    let (methods, called) =
        (methods(), cases.iter().flat_map(|case| &case.steps).map(|step| step.method.clone()).collect());
    vec![
        Trial::test("every_requirement_has_a_case_and_every_case_one", move || equal(&wanted, &had)),
        Trial::test("every_method_is_called_by_a_case", move || contained(&methods, &called)),
    ]
}

fn rows() -> BTreeSet<String> {
    GROUPS.iter().flat_map(|(group, count)| (1..=*count).map(move |row| format!("{group}-{row}"))).collect()
}

/// As cases name them.
fn methods() -> BTreeSet<String> {
    let services = DESCRIPTOR_POOL.services().filter(|service| PACKAGES.contains(&service.package_name()));
    let methods = services.flat_map(|service| {
        let names: Vec<_> = service.methods().map(|method| format!("{}.{}", service.name(), method.name())).collect();
        names
    });
    methods.collect()
}

fn equal(wanted: &BTreeSet<String>, had: &BTreeSet<String>) -> Result<(), Failed> {
    contained(wanted, had)?;
    none(had.difference(wanted), "not known")
}

fn contained(wanted: &BTreeSet<String>, had: &BTreeSet<String>) -> Result<(), Failed> {
    none(wanted.difference(had), "without a case")
}

fn none<'a>(names: impl Iterator<Item = &'a String>, what: &str) -> Result<(), Failed> {
    let names: Vec<&str> = names.map(String::as_str).collect();
    if names.is_empty() { Ok(()) } else { Err(format!("{what}: {}", names.join(", ")).into()) }
}
