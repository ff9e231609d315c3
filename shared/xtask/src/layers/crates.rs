//! Who may depend on whom among the crates of the workspace.

use std::path::Path;

use anyhow::{Context, Result};
use toml::Table;

use crate::finding::Finding;
use crate::workspace::{members, read};

/// What a shared crate may depend on; tests (`dev-dependencies`) are free to use testkit besides.
const SHARED: &[(&str, &[&str])] = &[
    ("ids", &[]),
    ("proto", &[]),
    ("config", &[]),
    ("messages", &[]),
    ("telemetry", &[]),
    ("status", &["proto", "messages"]),
    ("db", &["ids", "config"]),
    ("authz", &["ids", "proto", "messages", "status", "db"]),
    ("events", &["ids", "proto", "status", "db", "authz"]),
    ("operations", &["ids", "proto", "status", "db", "authz", "events"]),
    ("client", &["ids", "proto", "status", "authz", "telemetry"]),
    ("server", &["ids", "proto", "status", "db", "authz", "config", "telemetry"]),
    ("testkit", &["ids", "proto", "status", "db", "authz", "config", "client"]),
    ("xtask", &["testkit"]),
];

/// Shared crates that no service links.
const NOT_IN_SERVICES: [&str; 2] = ["testkit", "xtask"];
/// Besides these, the gateway links nothing that has to do with data.
const NOT_IN_GATEWAY: [&str; 3] = ["db", "events", "operations"];

pub(super) fn check(root: &Path) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for home in members(root, "shared")? {
        check_one(root, &home, shared_may, &mut findings)?;
    }
    for home in members(root, "services")? {
        check_one(root, &home, service_may, &mut findings)?;
    }
    Ok(findings)
}

fn shared_may(name: &str, other: &str) -> bool {
    let rule = SHARED.iter().find(|(crate_name, _)| *crate_name == name);
    rule.is_some_and(|(_, may)| may.contains(&other))
}

fn service_may(name: &str, other: &str) -> bool {
    let shared = SHARED.iter().any(|(crate_name, _)| *crate_name == other);
    let data = name == "gateway" && NOT_IN_GATEWAY.contains(&other);
    shared && !data && !NOT_IN_SERVICES.contains(&other)
}

fn check_one(root: &Path, home: &Path, may: impl Fn(&str, &str) -> bool, findings: &mut Vec<Finding>) -> Result<()> {
    let manifest = home.join("Cargo.toml");
    let text = read(root, &manifest)?;
    let parsed: Table = text.parse().with_context(|| format!("reading {}", manifest.display()))?;
    let name = home.file_name().unwrap_or_default().to_string_lossy();
    for section in ["dependencies", "build-dependencies"] {
        let Some(dependencies) = parsed.get(section).and_then(toml::Value::as_table) else {
            continue;
        };
        for package in dependencies.keys() {
            let Some(other) = our_crate(root, package) else {
                continue;
            };
            if !may(&name, other) {
                findings.push(Finding::new(
                    &manifest,
                    line_of(&text, package),
                    format!("{name} depends on {other}"),
                    "dependencies go one way, see shared/xtask/src/layers/crates.rs; move the shared part down, or pass it in",
                ));
            }
        }
    }
    Ok(())
}

/// The folder of a crate of this workspace; `None` for a crate that others wrote.
fn our_crate<'a>(root: &Path, package: &'a str) -> Option<&'a str> {
    if let Some(name) = package.strip_prefix("dialtone-") {
        return Some(name);
    }
    let is_service = root.join("services").join(package).is_dir();
    (is_service || package == "xtask").then_some(package)
}

fn line_of(text: &str, package: &str) -> usize {
    let named = |line: &str| line.strip_prefix(package).is_some_and(|rest| rest.starts_with(['.', ' ', '=']));
    text.lines().position(named).map_or(0, |n| n + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directions() {
        assert!(shared_may("events", "db"));
        assert!(!shared_may("db", "events"));
        assert!(!shared_may("unheard-of", "ids"));
        assert!(service_may("templates", "operations"));
        assert!(!service_may("templates", "org-finder"));
        assert!(!service_may("templates", "testkit"));
        assert!(!service_may("gateway", "db"));
    }

    #[test]
    fn line_of_finds_all_spellings_and_no_prefix() {
        let text = "[dependencies]\ndialtone-db-x = \"1\"\ndialtone-db.workspace = true\n";
        assert_eq!(line_of(text, "dialtone-db"), 3);
        assert_eq!(line_of(text, "dialtone-ids"), 0);
    }
}
