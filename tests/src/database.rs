//! Prepares a suite's database: one database, a schema and two roles per service, migrations applied by each service.

use std::process::Command;

use anyhow::Context;
use dialtone_testkit::postgres::PersistentCluster;

use crate::layout::Layout;
use crate::process;
use crate::settings::{DATABASE, PASSWORD};
use crate::suite::{SERVICES, without_settings};

/// Creates what is missing and applies what is new; may run any number of times.
pub async fn prepare(postgres: &PersistentCluster, layout: &Layout) -> anyhow::Result<()> {
    for service in SERVICES {
        dialtone_db::bootstrap::run(&postgres.url(), DATABASE, service, PASSWORD, PASSWORD)
            .await
            .with_context(|| format!("preparing the schema of {service}"))?;
        migrate(layout, service.as_str())?;
    }
    Ok(())
}

fn migrate(layout: &Layout, service: &str) -> anyhow::Result<()> {
    let mut command = Command::new(process::binary(service)?);
    command.arg("migrate").arg("--config").arg(layout.config(service));
    without_settings(&mut command);
    let output = command.output().with_context(|| format!("running {service} migrate"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(output.status.success(), "{service} migrate failed:\n{said}");
    Ok(())
}
