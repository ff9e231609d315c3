//! A batch of people on a simulated system, and what must hold of it whatever happened meanwhile.

use std::collections::HashMap;
use std::time::Duration;

use anyhow::Context;
use dialtone_proto::google::longrunning::operation;
use dialtone_proto::userprovisioning::v1::user_service_client::UserServiceClient;
use dialtone_proto::userprovisioning::v1::{BatchCreateUsersRequest, BatchCreateUsersResponse, SimulatorSettings};
use dialtone_suite::demo::ledger;
use dialtone_suite::settings;
use dialtone_suite::world::{Customer, World, request_id};
use prost::Message;
use tokio_postgres::NoTls;

/// How long a broken batch may take to complete.
const PATIENCE: Duration = Duration::from_secs(180);

/// A system slow enough that many things can happen during a batch; some calls fail, some lose their answer.
pub fn faulty(seed: u64) -> SimulatorSettings {
    SimulatorSettings {
        latency_ms: 120,
        failure_percent: 10,
        lost_answer_percent: 10,
        seed,
        ..SimulatorSettings::default()
    }
}

/// Begins a batch; its operation's name.
pub async fn begin(customer: &Customer, label: &str, count: usize) -> anyhow::Result<String> {
    let request = BatchCreateUsersRequest {
        parent: customer.name.clone(),
        users: customer.people(label, count),
        target: customer.target.clone(),
        request_id: request_id(),
        validate_only: false,
    };
    let begun = UserServiceClient::new(customer.admin.clone()).batch_create_users(request).await;
    Ok(begun.context("beginning a batch")?.into_inner().name)
}

/// Awaits the batch's end: everybody provisioned.
pub async fn complete(world: &World, customer: &Customer, operation: &str, count: usize) -> anyhow::Result<()> {
    match world.outcome(&customer.admin, operation, PATIENCE).await? {
        operation::Result::Response(response) => {
            let response = BatchCreateUsersResponse::decode(response.value.as_ref())?;
            anyhow::ensure!(
                response.provisioned_count == count as i64 && response.failed_count == 0,
                "{} provisioned, {} failed of {count}",
                response.provisioned_count,
                response.failed_count
            );
            Ok(())
        }
        operation::Result::Error(error) => anyhow::bail!("the batch failed: {}", error.message),
    }
}

/// The simulator's ledger, and our own events: each person exactly once.
pub async fn check_exactly_once(world: &World, customer: &Customer, people: usize) -> anyhow::Result<()> {
    let accounts = ledger(&customer.admin, &customer.target).await?;
    let doubled: Vec<_> = accounts.iter().filter(|account| account.creation_count != 1).collect();
    anyhow::ensure!(doubled.is_empty(), "not created exactly once: {doubled:?}");
    anyhow::ensure!(accounts.len() == people, "{} accounts for {people} people", accounts.len());
    let told = provisioned_events(world, customer).await?;
    anyhow::ensure!(told.len() == people, "{} people with an event, of {people}", told.len());
    anyhow::ensure!(told.values().all(|count| *count == 1), "a person was told of more than once");
    Ok(())
}

/// `user.provisioned` events by person.
async fn provisioned_events(world: &World, customer: &Customer) -> anyhow::Result<HashMap<String, i64>> {
    let url = settings::database_url(&world.suite.ports, "user_provisioning_owner");
    let (client, connection) = tokio_postgres::connect(&url, NoTls).await?;
    tokio::spawn(connection);
    let sql = "SELECT resource, count(*) FROM user_provisioning.outbox WHERE kind = 'user.provisioned' \
               AND resource LIKE $1 || '/users/%' GROUP BY resource";
    client.batch_execute("SET dialtone.tenants = '*'").await?;
    let rows = client.query(sql, &[&customer.name]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
