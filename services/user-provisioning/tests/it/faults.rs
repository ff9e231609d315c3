//! Targets that are silent for a while, or for long.

use std::num::{NonZeroU32, NonZeroU64};
use std::time::Duration;

use dialtone_proto::google::longrunning::CancelOperationRequest;
use dialtone_proto::operations::v1::{OperationState, RetryOperationRequest};
use dialtone_proto::userprovisioning::v1::SimulatorSettings;
use dialtone_testkit::{eventually, request};
use user_provisioning::Config;

use crate::support::{PATIENCE, World, response};

/// Gives a target up soon, and tries it again soon.
fn impatient(config: &mut Config) {
    config.connectors.timeout_ms = NonZeroU64::new(100).unwrap();
    config.connectors.open_after = NonZeroU32::new(5).unwrap();
    config.connectors.open_ms = NonZeroU64::new(50).unwrap();
    config.connectors.open_max_ms = NonZeroU64::new(200).unwrap();
}

const SILENT: SimulatorSettings = SimulatorSettings {
    latency_ms: 60_000,
    failure_percent: 0,
    lost_answer_percent: 0,
    refused_emails: vec![],
    seed: 0,
};

async fn set_latency(world: &World, latency_ms: i64) {
    let sql = "UPDATE targets SET settings = jsonb_set(settings, '{latency_ms}', to_jsonb($1::bigint))";
    world.sql().await.execute(sql, &[&latency_ms]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_down_delays_and_loses_nobody() {
    let world = World::with(impatient, None).await;
    let batch = world.batch(30, SILENT).await;
    let started = world.start(&batch).await;
    let told = eventually("the trouble is told", PATIENCE, async || {
        let (_, now) = world.operation(&started.name).await;
        now.steps[0].last_error.clone()
    });
    let told = told.await;
    assert_eq!(told.code, dialtone_status::Code::Unavailable as i32);
    let (_, now) = world.operation(&started.name).await;
    assert_eq!((now.state(), now.units_done), (OperationState::Running, 0));
    set_latency(&world, 0).await;
    let (operation, _) = world.ended(&started.name).await;
    assert_eq!(response(&operation).provisioned_count, 30);
    assert!(world.ledger(&batch.target).await.iter().all(|account| account.creation_count == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_is_down_for_long_makes_the_operation_stuck_until_a_person_resumes_it() {
    let patience = |config: &mut Config| {
        impatient(config);
        config.connectors.patience = NonZeroU32::new(2).unwrap();
    };
    let world = World::with(patience, None).await;
    let batch = world.batch(10, SILENT).await;
    let started = world.start(&batch).await;
    let told = world.until(&started.name, OperationState::Stuck).await;
    assert_eq!(told.units_done, 0);
    set_latency(&world, 0).await;
    // Another target as input has no effect: where to provision is not the caller's to change.
    let input = serde_json::json!({"target": "organizations/x/targets/y"});
    let resume = RetryOperationRequest {
        name: started.name.clone(),
        input: Some(dialtone_proto::json::to_struct(input)),
        ..Default::default()
    };
    world.control().retry_operation(request(&world.admin, resume)).await.unwrap();
    let (operation, _) = world.ended(&started.name).await;
    assert_eq!(response(&operation).provisioned_count, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_effect_that_comes_after_we_gave_the_call_up_is_not_repeated() {
    let world = World::with(impatient, None).await;
    // Every first call is given up, and has its effect all the same.
    let batch = world.batch(20, SimulatorSettings { latency_ms: 250, ..Default::default() }).await;
    let started = world.start(&batch).await;
    eventually("late effects", PATIENCE, async || (world.ledger(&batch.target).await.len() >= 5).then_some(())).await;
    set_latency(&world, 0).await;
    let (operation, _) = world.ended(&started.name).await;
    assert_eq!(response(&operation).provisioned_count, 20);
    assert!(world.ledger(&batch.target).await.iter().all(|account| account.creation_count == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_effect_that_comes_after_the_batch_was_taken_back_has_none() {
    let world = World::with(impatient, None).await;
    let batch = world.batch(10, SimulatorSettings { latency_ms: 1_000, ..Default::default() }).await;
    let started = world.start(&batch).await;
    let arrived = "SELECT coalesce(sum(call_count), 0)::bigint FROM simulator_accounts";
    eventually("calls are under way", PATIENCE, async || (world.count(arrived).await >= 5).then_some(())).await;
    set_latency(&world, 0).await;
    let cancel = CancelOperationRequest { name: started.name.clone() };
    world.operations().cancel_operation(request(&world.admin, cancel)).await.unwrap();
    assert_eq!(world.ended(&started.name).await.1.state(), OperationState::Cancelled);
    // What was under way ends within its latency.
    let watched = tokio::time::timeout(Duration::from_millis(1_200), async {
        loop {
            assert!(world.ledger(&batch.target).await.is_empty());
        }
    });
    watched.await.expect_err("watched until the time was up");
}
