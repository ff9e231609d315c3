//! Attempts that fail: repeated after a wait that holds nobody, counted, and in the end stuck or taken back.

use std::{
    num::{NonZeroU32, NonZeroU64},
    time::Duration,
};

use dialtone_operations::{
    Definition, OperationsConfig, StepError,
    model::{Exhausted, RetryRule},
};
use dialtone_proto::{
    google::longrunning::operation::Result as Outcome,
    operations::v1::{OperationState, StepState},
};
use dialtone_status::Code;
use prost::Message as _;

use crate::{
    fixture::{Face, Fixture, PATIENCE, Running, config},
    world::{ALL_OF_THREE, QUICK, Reply, Unit, World, fault, three},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_that_fails_twice_succeeds_at_the_third_attempt() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|call| if call.before < 2 { Reply::Retry } else { Reply::Ok });
    let operations = fixture.operations([three(&world)]);
    let (name, face) = (fixture.start(&operations, "three").await, Face::staff(&operations));
    let running = Running::new(&operations);
    let (_, metadata) = face.done(name).await;
    assert_eq!(metadata.state(), OperationState::Succeeded);
    let attempts: Vec<_> = metadata.steps.iter().map(|s| s.attempts).collect();
    assert_eq!(attempts, [3, 9, 3], "each unit has its own three attempts: progress refills the budget");
    assert_eq!(fixture.rows(name.id).await, ALL_OF_THREE);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_for_the_next_attempt_holds_no_worker() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|call| if call.step == "never" { Reply::Retry } else { Reply::Ok });
    let rule = RetryRule { first: PATIENCE * 10, cap: PATIENCE * 10, ..QUICK };
    let never = Definition::new("never", 1).step(Unit { rule, ..Unit::new("never", 1, &world) });
    let alone = OperationsConfig { concurrency: NonZeroU32::MIN, ..config() };
    let operations = fixture.configured([never, three(&world)], alone);
    let waiting = fixture.start(&operations, "never").await;
    let running = Running::new(&operations);
    let face = Face::staff(&operations);
    let other = fixture.start(&operations, "three").await;
    assert_eq!(face.done(other).await.1.state(), OperationState::Succeeded);
    let metadata = face.metadata(waiting).await;
    assert_eq!((metadata.state(), metadata.steps[0].attempts), (OperationState::Running, 1));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_of_endless_chunks_gives_way_to_others() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let endless = Definition::new("endless", 1).step(Unit::new("endless", i64::from(i32::MAX), &world));
    let alone = OperationsConfig { concurrency: NonZeroU32::MIN, slice_ms: NonZeroU64::MIN, ..config() };
    let operations = fixture.configured([endless, three(&world)], alone);
    let (endless, face) = (fixture.start(&operations, "endless").await, Face::staff(&operations));
    let running = Running::new(&operations);
    face.until(endless, OperationState::Running).await;
    let other = fixture.start(&operations, "three").await;
    assert_eq!(face.done(other).await.1.state(), OperationState::Succeeded);
    running.stop().await;
    let metadata = face.metadata(endless).await;
    assert_eq!(metadata.units_done, i64::from(world.calls(endless.id, "endless", false)), "each chunk once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panicking_step_counts_as_an_attempt_and_does_not_hurt_its_neighbours() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|call| match call.input.as_str() {
        "panic" => Reply::Panic,
        _ => Reply::Ok,
    });
    let operations = fixture.operations([three(&world)]);
    let running = Running::new(&operations);
    let face = Face::staff(&operations);
    let bad = fixture.start_with(&operations, "three", serde_json::json!({"answer": "panic"})).await;
    let mut good = Vec::new();
    for _ in 0..10 {
        good.push(fixture.start(&operations, "three").await);
    }
    for name in good {
        assert_eq!(face.done(name).await.1.state(), OperationState::Succeeded);
    }
    let metadata = face.until(bad, OperationState::Stuck).await;
    assert_eq!(metadata.steps[0].attempts, 3);
    let told = metadata.steps[0].last_error.as_ref().expect("why");
    assert_eq!(told.code, Code::Internal as i32);
    assert!(!told.message.contains("script"), "the panic's text is for the log");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_that_takes_too_long_is_dropped_and_counted() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|_| Reply::After(Box::pin(std::future::pending())));
    let slow = Unit { limit: Duration::from_millis(30), ..Unit::new("slow", 1, &world) };
    let operations = fixture.operations([Definition::new("slow", 1).step(slow)]);
    let (name, face) = (fixture.start(&operations, "slow").await, Face::staff(&operations));
    let running = Running::new(&operations);
    let metadata = face.until(name, OperationState::Stuck).await;
    assert_eq!(metadata.steps[0].last_error.as_ref().expect("why").code, Code::DeadlineExceeded as i32);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_refuses_writes_nothing_and_is_an_attempt_that_failed() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|call| match call.step {
        "fill" => Reply::RefuseCommit(|| StepError::retry(fault(Code::Unavailable))),
        _ => Reply::Ok,
    });
    let operations = fixture.operations([three(&world)]);
    let (name, face) = (fixture.start(&operations, "three").await, Face::staff(&operations));
    let running = Running::new(&operations);
    let metadata = face.until(name, OperationState::Stuck).await;
    assert_eq!(metadata.steps[1].attempts, 3);
    assert_eq!(fixture.rows(name.id).await, ["prepare/0"]);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_final_failure_takes_back_what_was_done_last_first() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|call| match (call.step, call.undo) {
        ("open", false) => Reply::Fail,
        _ => Reply::Ok,
    });
    let operations = fixture.operations([three(&world)]);
    let (name, face) = (fixture.start(&operations, "three").await, Face::staff(&operations));
    let running = Running::new(&operations);
    let (operation, metadata) = face.done(name).await;
    let Some(Outcome::Error(status)) = operation.result else { panic!("a failure is an error") };
    assert_eq!(status.code, Code::InvalidArgument as i32);
    let info = tonic_types::pb::ErrorInfo::decode(status.details[0].value.as_slice()).expect("ErrorInfo");
    assert_eq!((info.reason.as_str(), info.domain.as_str()), ("SCRIPTED", "templates.dialtone.internal"));
    assert_eq!(info.metadata["from"], "script");
    let states: Vec<_> = metadata.steps.iter().map(|s| s.state()).collect();
    assert_eq!(states, [StepState::Undone, StepState::Undone, StepState::Failed]);
    assert_eq!(world.undone(name.id), ["open", "fill", "prepare"]);
    assert!(fixture.rows(name.id).await.is_empty() && world.present(name.id).is_empty());
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_may_rather_fail_than_be_stuck() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|call| if call.undo { Reply::Ok } else { Reply::Retry });
    let rule = RetryRule { then: Exhausted::Fail, ..QUICK };
    let definition = Definition::new("late", 1).step(Unit { rule, ..Unit::new("late", 1, &world) });
    let operations = fixture.operations([definition]);
    let (name, face) = (fixture.start(&operations, "late").await, Face::staff(&operations));
    let running = Running::new(&operations);
    let (_, metadata) = face.done(name).await;
    assert_eq!(metadata.state(), OperationState::Failed);
    assert_eq!(metadata.steps[0].state(), StepState::Failed);
    running.stop().await;
}
