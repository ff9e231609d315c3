//! Batches of users on a target that behaves, and one that does not.

use std::time::Instant;

use dialtone_authz::Role;
use dialtone_ids::OrganizationId;
use dialtone_proto::events::v1::event_service_client::EventServiceClient;
use dialtone_proto::events::v1::{EventFilter, WatchRequest, watch_response};
use dialtone_proto::google::longrunning::CancelOperationRequest;
use dialtone_proto::operations::v1::{OperationState, StepState};
use dialtone_proto::userprovisioning::v1::{
    BatchCreateUsersRequest, GetUserRequest, SimulatorSettings, User, UserState,
};
use dialtone_status::Code;
use dialtone_testkit::{assert_fault, eventually, request};
use futures::future::join_all;

use crate::support::{PATIENCE, World, metadata, request_id, response, simulator};

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_people_on_a_slow_and_failing_target_are_each_there_once() {
    let world = World::new().await;
    let faults = SimulatorSettings {
        latency_ms: 30,
        failure_percent: 15,
        lost_answer_percent: 5,
        seed: 7,
        ..Default::default()
    };
    let batch = world.batch(500, faults).await;
    let begun = Instant::now();
    let started = world.start(&batch).await;
    let told = metadata(&started);
    assert!(started.name.starts_with("operations/user-provisioning/") && !started.done);
    assert_eq!(
        (told.verb.as_str(), told.units_total, told.state()),
        ("BatchCreateUsers", 500, OperationState::Pending)
    );
    assert_eq!(told.steps[0].name, "provision-users");

    let (operation, told) = world.ended(&started.name).await;
    println!("500 people in {:?}", begun.elapsed());
    let outcome = response(&operation);
    assert_eq!((outcome.provisioned_count, outcome.failed_count, outcome.failures.len()), (500, 0, 0));
    assert_eq!((told.percent, told.units_done, told.steps[0].state()), (100, 500, StepState::Done));
    let ledger = world.ledger(&batch.target).await;
    assert_eq!(ledger.len(), 500);
    assert!(ledger.iter().all(|account| account.creation_count == 1));
    assert!(ledger.iter().map(|account| account.call_count).sum::<i64>() > 550, "the faults were real");
    let users = world.everybody().await;
    assert!(users.len() == 500 && users.iter().all(|user| user.state() == UserState::Provisioned));
    for table in ["batches", "batch_rows", "operations"] {
        assert_eq!(world.count(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_is_seen_while_the_work_goes_on() {
    let world = World::new().await;
    let batch = world.batch(200, SimulatorSettings { latency_ms: 50, ..Default::default() }).await;
    let started = world.start(&batch).await;
    let seen = eventually("half-way", PATIENCE, async || {
        let (_, now) = world.operation(&started.name).await;
        (now.units_done > 0).then_some(now)
    });
    let seen = seen.await;
    assert!(seen.units_done < 200 && seen.percent < 100 && seen.units_done % 50 == 0, "{seen:?}");
    assert_eq!(seen.state(), OperationState::Running);
    world.ended(&started.name).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_person_is_told_apart_and_holds_up_nobody() {
    let world = World::new().await;
    let refusing = SimulatorSettings { refused_emails: vec!["person0003@x.example".into()], ..Default::default() };
    let batch = world.batch(10, refusing).await;
    let started = world.start(&batch).await;
    let (operation, told) = world.ended(&started.name).await;
    let outcome = response(&operation);
    assert_eq!((outcome.provisioned_count, outcome.failed_count, told.units_done), (9, 1, 10));
    let failure = &outcome.failures[0];
    let error = failure.error.as_ref().unwrap();
    assert_eq!((failure.index, error.code), (3, Code::FailedPrecondition as i32));
    let info = error.details.iter().find(|any| any.type_url.ends_with("google.rpc.ErrorInfo")).unwrap();
    let info: tonic_types::pb::ErrorInfo = prost::Message::decode(info.value.as_slice()).unwrap();
    assert_eq!((info.reason.as_str(), info.metadata["target"].as_str()), ("TARGET_REFUSED", batch.target.as_str()));

    let get = GetUserRequest { name: failure.user.clone() };
    let user = world.users().get_user(request(&world.admin, get)).await.unwrap().into_inner();
    assert_eq!((user.email.as_str(), user.state()), ("person0003@x.example", UserState::Error));
    assert_eq!(world.ledger(&batch.target).await.len(), 9);
    for (kind, count) in [("user.provisioned", 9), ("user.refused", 1), ("user.created", 0)] {
        assert_eq!(world.count(&format!("SELECT count(*) FROM outbox WHERE kind = '{kind}'")).await, count, "{kind}");
    }
    assert_eq!(world.count("SELECT count(*) FROM history WHERE verb = 'user.created'").await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_watches_is_told_of_each_person_with_all_that_the_directory_needs() {
    let world = World::new().await;
    let batch = world.batch(3, SimulatorSettings::default()).await;
    let started = world.start(&batch).await;
    world.ended(&started.name).await;
    let watch = WatchRequest {
        filter: Some(EventFilter { types: vec!["user.provisioned".into()], ..Default::default() }),
        ..Default::default()
    };
    let token = world.keys.service(dialtone_ids::ServiceName::OrgFinder);
    let mut stream =
        EventServiceClient::new(world.channel.clone()).watch(request(&token, watch)).await.unwrap().into_inner();
    let mut seen = Vec::new();
    while seen.len() < 3 {
        let message = stream.message().await.unwrap().expect("the stream has no end");
        if let Some(watch_response::Message::Event(event)) = message.message {
            assert_eq!(event.organization, world.customer.to_string());
            let data = dialtone_proto::json::from_struct(event.data.unwrap());
            assert_eq!(data["name"], event.resource);
            assert_eq!((&data["given_name"], &data["family_name"]), (&"Ada".into(), &"Lovelace".into()));
            seen.push(data["email"].as_str().unwrap().to_owned());
        }
    }
    seen.sort();
    assert_eq!(seen, ["person0000@x.example", "person0001@x.example", "person0002@x.example"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_concurrent_duplicates_are_one_operation_and_one_answer() {
    let world = World::new().await;
    let batch =
        BatchCreateUsersRequest { request_id: request_id(), ..world.batch(20, SimulatorSettings::default()).await };
    let calls = (0..50).map(|_| {
        let (mut users, message) = (world.users(), request(&world.admin, batch.clone()));
        async move { users.batch_create_users(message).await }
    });
    let answers = join_all(calls).await;
    let first = answers[0].as_ref().expect("accepted").get_ref().clone();
    for answer in &answers {
        assert_eq!(answer.as_ref().expect("accepted").get_ref(), &first);
    }
    world.ended(&first.name).await;
    assert_eq!(world.count("SELECT count(*) FROM operations_finished").await, 1);
    assert_eq!(world.count("SELECT count(*) FROM users").await, 20);

    let mut other = batch.clone();
    other.users.truncate(19);
    let refused = world.users().batch_create_users(request(&world.admin, other)).await;
    assert_fault!(refused, AlreadyExists, "REQUEST_ID_REUSED");
    // Long after, with the catalogue away and the people there: the same answer.
    world.peers.catalogue_is_down.store(true, std::sync::atomic::Ordering::SeqCst);
    let (late, _stop) = world.another(|_| {}, None).await;
    let mut users = dialtone_proto::userprovisioning::v1::user_service_client::UserServiceClient::new(late);
    assert_eq!(users.batch_create_users(request(&world.admin, batch)).await.unwrap().into_inner(), first);
}

#[tokio::test(flavor = "multi_thread")]
async fn trying_changes_nothing() {
    let world = World::new().await;
    let batch = BatchCreateUsersRequest { validate_only: true, ..world.batch(5, SimulatorSettings::default()).await };
    let tried = world.start(&batch).await;
    assert_eq!(metadata(&tried).units_total, 5);
    for table in ["users", "batches", "batch_rows", "operations", "operations_finished", "simulator_accounts"] {
        assert_eq!(world.count(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    let exists = BatchCreateUsersRequest { validate_only: false, ..batch.clone() };
    let started = world.start(&exists).await;
    let refused = world.users().batch_create_users(request(&world.admin, batch)).await;
    assert_fault!(refused, AlreadyExists, "USERS_EXIST", { "count" => "5" });
    world.ended(&started.name).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partners_administrator_uses_the_partners_target() {
    let world = World::new().await;
    let partner = OrganizationId::new();
    let token = world.person(partner, Role::FullAdmin);
    let subject = format!("{:?} of {partner}", Role::FullAdmin);
    world.peers.grant(&subject, world.customer, Role::ProvisioningAdmin, Some(partner));
    let made = world.targets().create_target(request(&token, simulator(partner, Default::default()))).await.unwrap();
    let target = made.into_inner().name;
    let batch =
        BatchCreateUsersRequest { target: target.clone(), ..world.batch(3, SimulatorSettings::default()).await };
    let started = world.users().batch_create_users(request(&token, batch.clone())).await.unwrap().into_inner();
    world.ended(&started.name).await;
    let ledger =
        dialtone_proto::userprovisioning::v1::ListSimulatorAccountsRequest { parent: target, ..Default::default() };
    let ledger = world.targets().list_simulator_accounts(request(&token, ledger)).await.unwrap().into_inner();
    assert_eq!(ledger.accounts.len(), 3);
    // The customer's own administrator does not reach the customer through that partner.
    let others = BatchCreateUsersRequest {
        users: vec![User { email: "other@x.example".into(), ..batch.users[0].clone() }],
        ..batch
    };
    let refused = world.users().batch_create_users(request(&world.admin, others)).await;
    assert_fault!(refused, FailedPrecondition, "UNKNOWN_TARGET");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_half_way_leaves_nobody_behind() {
    let world = World::new().await;
    let slow = SimulatorSettings { latency_ms: 40, failure_percent: 10, lost_answer_percent: 10, ..Default::default() };
    let batch = world.batch(300, slow).await;
    let started = world.start(&batch).await;
    eventually("some are there", PATIENCE, async || {
        (world.operation(&started.name).await.1.units_done > 0).then_some(())
    })
    .await;
    let cancel = CancelOperationRequest { name: started.name.clone() };
    world.operations().cancel_operation(request(&world.admin, cancel)).await.unwrap();
    let (operation, told) = world.ended(&started.name).await;
    assert_eq!(told.state(), OperationState::Cancelled);
    assert!(
        matches!(operation.result, Some(dialtone_proto::google::longrunning::operation::Result::Error(e)) if e.code == 1)
    );
    assert!(world.ledger(&batch.target).await.is_empty());
    assert!(world.everybody().await.is_empty());
    let told = "SELECT count(*) FILTER (WHERE kind = 'user.deleted') FROM outbox";
    assert_eq!(world.count(told).await, 300);
    for table in ["batches", "batch_rows"] {
        assert_eq!(world.count(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    // The same people may come again.
    let again = world.start(&batch).await;
    assert_eq!(response(&world.ended(&again.name).await.0).provisioned_count, 300);
    assert!(world.ledger(&batch.target).await.iter().all(|account| account.creation_count == 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancel_before_anything_began_leaves_nobody_behind_either() {
    // Both processes find the queue empty before the batch is there, and look again after the cancel only.
    let lazy = |config: &mut user_provisioning::Config| {
        config.operations.concurrency = std::num::NonZeroU32::MIN;
    };
    let world = World::with(lazy, None).await;
    let busy = world.batch(100, SimulatorSettings { latency_ms: 300, ..Default::default() }).await;
    let first = world.start(&busy).await;
    let location = &busy.users[0].location;
    let waiting =
        BatchCreateUsersRequest { users: vec![crate::support::someone("late@x.example", location)], ..busy.clone() };
    let second = world.start(&waiting).await;
    let cancel = CancelOperationRequest { name: second.name.clone() };
    world.operations().cancel_operation(request(&world.admin, cancel)).await.unwrap();
    assert_eq!(world.ended(&second.name).await.1.state(), OperationState::Cancelled);
    eventually("the person is gone", PATIENCE, async || {
        let left = world.count("SELECT count(*) FROM users WHERE email = 'late@x.example'").await;
        (left == 0).then_some(())
    })
    .await;
    world.ended(&first.name).await;
    assert_eq!(world.ledger(&busy.target).await.len(), 100);
}
