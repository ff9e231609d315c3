//! The services have the same files, so that whoever knows one knows all.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::finding::Finding;

/// In every service.
const REQUIRED: [&str; 17] = [
    "README.md",
    "config.default.toml",
    "diesel.toml",
    "migrations",
    "src/main.rs",
    "src/lib.rs",
    "src/config.rs",
    "src/error.rs",
    "src/api/mod.rs",
    "src/api/convert.rs",
    "src/api/render.rs",
    "src/api/status.rs",
    "src/ops/mod.rs",
    "src/store/mod.rs",
    "src/store/schema.rs",
    "src/model/mod.rs",
    "src/jobs/mod.rs",
];

/// All that may stand directly in `src`. `command.rs` has what a program can do beside serving and migrating, where there is any.
const TOP: [&str; 12] = [
    "main.rs",
    "lib.rs",
    "config.rs",
    "error.rs",
    "command.rs",
    "api",
    "ops",
    "store",
    "model",
    "jobs",
    "peers",
    "connectors",
];

/// Services that speak to outside systems: targets of provisioning, and the mail server.
const WITH_CONNECTORS: [&str; 2] = ["user-provisioning", "subscriptions"];

pub(super) fn check(root: &Path, service: &str) -> Result<Vec<Finding>> {
    let home = PathBuf::from("services").join(service);
    let mut findings = Vec::new();
    for name in REQUIRED {
        if !root.join(&home).join(name).exists() {
            findings.push(Finding::new(
                home.join(name),
                0,
                "missing; every service has it",
                "write it, or change the list in shared/xtask/src/layers/names.rs for all services",
            ));
        }
    }
    let src = home.join("src");
    for entry in root.join(&src).read_dir()? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let misplaced = name == "connectors" && !WITH_CONNECTORS.contains(&service);
        if misplaced || !TOP.contains(&name.as_str()) {
            findings.push(Finding::new(
                src.join(name),
                0,
                "no service has this at the top of src",
                "move it into the layer that it belongs to",
            ));
        }
    }
    Ok(findings)
}
