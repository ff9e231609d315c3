//! Stuck: visible, waiting for a person, and resumed with what the person says.

use dialtone_authz::{Caller, Ctx};
use dialtone_proto::google::longrunning::{GetOperationRequest, operations_server::Operations as _};
use dialtone_proto::operations::v1::{OperationState, StepState};
use dialtone_status::{Code, Locale, error_info};
use prost::Message as _;
use serde_json::json;

use crate::{
    fixture::{Face, Fixture, Running, call, metadata},
    world::{ALL_OF_THREE, Reply, World, three},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stuck_operation_says_what_it_needs_and_goes_on_when_it_has_it() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|call| match (call.step, call.input.as_str()) {
        ("open", "") => Reply::Stuck,
        _ => Reply::Ok,
    });
    let operations = fixture.operations([three(&world)]);
    let name = fixture.start_with(&operations, "three", json!({"kept": 1})).await;
    let (face, running) = (Face::staff(&operations), Running::new(&operations));
    let metadata = face.until(name, OperationState::Stuck).await;
    assert_eq!(metadata.steps[2].state(), StepState::Running);
    let told = metadata.steps[2].last_error.as_ref().expect("why");
    let info = tonic_types::pb::ErrorInfo::decode(told.details[0].value.as_slice()).expect("ErrorInfo");
    assert_eq!(info.metadata["needs"], "answer");

    let resumed = face.retry(name, json!({"answer": "42"})).await.expect("it is stuck");
    assert!(!resumed.done);
    let (_, metadata) = face.done(name).await;
    assert_eq!(metadata.state(), OperationState::Succeeded);
    assert_eq!(world.calls(name.id, "prepare", false), 1, "what was done is not done again");
    assert_eq!(fixture.rows(name.id).await, ALL_OF_THREE);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn why_it_is_stuck_is_told_in_the_language_of_whoever_asks() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|call| if call.step == "open" { Reply::Stuck } else { Reply::Ok });
    let operations = fixture.operations([three(&world)]);
    let name = fixture.start(&operations, "three").await;
    let (face, running) = (Face::staff(&operations), Running::new(&operations));
    face.until(name, OperationState::Stuck).await;
    let mut reasons = Vec::new();
    for locale in Locale::ALL {
        let get = GetOperationRequest { name: name.to_string() };
        let mut request = call(get, Caller::platform("staff"), "GetOperation");
        request.extensions_mut().get_mut::<Ctx>().expect("the fixture put it there").locale = locale;
        let shown = face.operations.get_operation(request).await.expect("it exists").into_inner();
        let error = metadata(&shown).steps[2].last_error.clone().expect("why");
        let told = tonic_types::pb::LocalizedMessage::decode(error.details[1].value.as_slice()).expect("well-formed");
        assert_eq!(told.locale, locale.tag());
        let info = tonic_types::pb::ErrorInfo::decode(error.details[0].value.as_slice()).expect("well-formed");
        reasons.push((info.reason, info.metadata));
    }
    assert!(reasons.iter().all(|reason| *reason == reasons[0]));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_retry_without_the_answer_is_stuck_again() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|call| if call.step == "open" { Reply::Stuck } else { Reply::Ok });
    let operations = fixture.operations([three(&world)]);
    let name = fixture.start(&operations, "three").await;
    let (face, running) = (Face::staff(&operations), Running::new(&operations));
    face.until(name, OperationState::Stuck).await;
    face.retry(name, json!({})).await.expect("it is stuck");
    dialtone_testkit::eventually("a second attempt", crate::fixture::PATIENCE, async || {
        let metadata = face.metadata(name).await;
        (metadata.state() == OperationState::Stuck && metadata.steps[2].attempts == 2).then_some(())
    })
    .await;
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_is_stuck_can_be_retried() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let operations = fixture.operations([three(&world)]);
    let (name, face) = (fixture.start(&operations, "three").await, Face::staff(&operations));
    let refused = |status: tonic::Status| {
        let info = error_info(&status).expect("every error has it");
        assert_eq!((status.code(), info.reason.as_str()), (Code::FailedPrecondition, "OPERATION_NOT_STUCK"));
        info.metadata["state"].clone()
    };
    assert_eq!(refused(face.retry(name, json!({"answer": "1"})).await.expect_err("pending")), "PENDING");
    let running = Running::new(&operations);
    face.done(name).await;
    assert_eq!(refused(face.retry(name, json!({})).await.expect_err("ended")), "SUCCEEDED");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_undo_that_keeps_failing_is_stuck_and_goes_on_as_an_undo() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|call| match (call.step, call.undo, call.input.as_str()) {
        ("open", false, _) => Reply::Fail,
        ("fill", true, "") => Reply::Fail,
        ("prepare", true, _) if call.before < 2 => Reply::Panic,
        _ => Reply::Ok,
    });
    let operations = fixture.operations([three(&world)]);
    let name = fixture.start(&operations, "three").await;
    let (face, running) = (Face::staff(&operations), Running::new(&operations));
    let metadata = face.until(name, OperationState::Stuck).await;
    assert_eq!(metadata.steps[1].state(), StepState::Done, "not taken back yet");
    assert!(metadata.steps[1].last_error.is_some());
    face.cancel(name).await;
    face.retry(name, json!({"answer": "yes"})).await.expect("it is stuck");
    let (_, metadata) = face.done(name).await;
    assert_eq!(metadata.state(), OperationState::Failed, "a cancel does not change what it is taken back for");
    assert!(fixture.rows(name.id).await.is_empty() && world.present(name.id).is_empty());
    running.stop().await;
}
