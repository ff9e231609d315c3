//! Two workers and one operation: the one that was stopped past its lease wakes up, finds the work taken, and writes nothing.

use std::process::Command;
use std::time::Duration;

use anyhow::Context;
use dialtone_suite::suite::without_settings;
use dialtone_suite::world::World;
use dialtone_suite::{health, process};
use nix::sys::signal::Signal;

use crate::batch;

const PEOPLE: usize = 200;
const FIRST: &str = "user-provisioning";
const SECOND: &str = "user-provisioning-2";

pub async fn test(world: World) -> anyhow::Result<()> {
    let customer = world.customer("Sleepy", batch::faulty(11)).await?;
    let operation = batch::begin(&customer, "p", PEOPLE).await?;
    wait_for_progress(&world, &customer.admin, &operation).await?;

    process::signal(&world.suite.layout, FIRST, Signal::SIGSTOP)?;
    let port = start_second(&world).await?;
    // The second works alone now; the gateway knows only the first, so the second's own tables are asked.
    wait_until_finished_in_database(&world, &operation).await?;
    process::signal(&world.suite.layout, FIRST, Signal::SIGCONT)?;

    health::serves(port, Duration::from_secs(10)).await?;
    batch::complete(&world, &customer, &operation, PEOPLE).await?;
    process::stop(&world.suite.layout, SECOND)?;
    batch::check_exactly_once(&world, &customer, PEOPLE).await
}

async fn wait_for_progress(world: &World, caller: &dialtone_suite::caller::As, operation: &str) -> anyhow::Result<()> {
    let end = tokio::time::Instant::now() + Duration::from_secs(30);
    loop {
        let seen = world.operation(caller, operation).await?;
        let metadata = dialtone_suite::demo::metadata(&seen)?;
        if metadata.units_done > 0 {
            anyhow::ensure!(!seen.done, "the batch was over before it could be disturbed");
            return Ok(());
        }
        anyhow::ensure!(tokio::time::Instant::now() < end, "the batch does not begin");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// A second replica of the service on the same database.
async fn start_second(world: &World) -> anyhow::Result<u16> {
    let layout = &world.suite.layout;
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let settings = std::fs::read_to_string(layout.config(FIRST))?;
    let own = settings.replace(
        &format!("listen = \"127.0.0.1:{}\"", world.suite.ports.user_provisioning),
        &format!("listen = \"127.0.0.1:{port}\""),
    );
    anyhow::ensure!(own != settings, "the settings name the port");
    std::fs::write(layout.config(SECOND), own)?;
    let mut command = Command::new(process::binary(FIRST)?);
    command.arg("serve").arg("--config").arg(layout.config(SECOND));
    without_settings(&mut command);
    process::spawn(layout, SECOND, command)?;
    health::serves(port, Duration::from_secs(30)).await.context("the second replica")?;
    Ok(port)
}

async fn wait_until_finished_in_database(world: &World, operation: &str) -> anyhow::Result<()> {
    let id = operation.rsplit('/').next().context("an operation's name ends with its id")?;
    let url = dialtone_suite::settings::database_url(&world.suite.ports, "user_provisioning_owner");
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute("SET dialtone.tenants = '*'").await?;
    let end = tokio::time::Instant::now() + Duration::from_secs(120);
    let sql = format!("SELECT count(*) FROM user_provisioning.operations_finished WHERE id = '{id}'");
    while client.query_one(&sql, &[]).await?.get::<_, i64>(0) == 0 {
        anyhow::ensure!(tokio::time::Instant::now() < end, "the second replica does not finish the batch");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
