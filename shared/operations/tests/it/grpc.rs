//! The gRPC face: who sees what, pages, waiting, deleting, and repetitions.

use std::time::Duration;

use dialtone_authz::{Caller, Guard, Role};
use dialtone_ids::{OperationId, OperationName, ServiceName, SubscriptionId};
use dialtone_operations::{Operations, pack};
use dialtone_proto::{
    google::longrunning::{
        CancelOperationRequest, DeleteOperationRequest, GetOperationRequest, ListOperationsRequest, Operation,
        WaitOperationRequest, operation::Result as Outcome, operations_server::Operations as _,
    },
    operations::v1::{
        OperationState, RetryOperationRequest, operation_control_service_server::OperationControlService as _,
    },
};
use dialtone_status::{Code, Status, error_info, field_violations};
use tonic::Request;

use crate::{
    fixture::{Face, Fixture, OneGrant, RETRY, Running, call, ctx_of},
    world::{Reply, World, three},
};

/// The face for Alice, who has this role on the fixture's organization, and for nobody else.
fn for_alice(fixture: &Fixture, operations: &Operations, role: Role) -> Face {
    let grant = OneGrant { subject: "alice", organization: fixture.organization, role };
    Face::new(operations, Guard::new(grant).erased())
}

fn reason(status: &Status) -> (Code, String) {
    (status.code(), error_info(status).expect("every error has ErrorInfo").reason)
}

async fn get(face: &Face, caller: &str, name: OperationName) -> Result<Operation, Status> {
    let request = GetOperationRequest { name: name.to_string() };
    Ok(face.operations.get_operation(call(request, Caller::person(caller), "GetOperation")).await?.into_inner())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_foreign_operation_and_none_at_all_look_the_same() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let operations = fixture.operations([three(&world)]);
    let name = fixture.start(&operations, "three").await;
    let nothing = OperationName::new(ServiceName::Templates, OperationId::new());
    let face = for_alice(&fixture, &operations, Role::ReadOnly);
    assert_eq!(get(&face, "alice", name).await.expect("her own").name, name.to_string());

    let (foreign, absent) = (get(&face, "mallory", name).await, get(&face, "mallory", nothing).await);
    let (foreign, absent) = (foreign.expect_err("not hers"), absent.expect_err("nothing"));
    assert_eq!(reason(&foreign), (Code::PermissionDenied, "PERMISSION_DENIED".to_owned()));
    assert_eq!((foreign.message(), foreign.details()), (absent.message(), absent.details()));
    let own_absent = get(&face, "alice", nothing).await.expect_err("nothing");
    assert_eq!(reason(&own_absent), reason(&foreign));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_may_look_and_not_touch() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let operations = fixture.operations([three(&world)]);
    let name = fixture.start(&operations, "three").await.to_string();
    let reader = for_alice(&fixture, &operations, Role::ReadOnly);
    let alice = || Caller::person("alice");
    let cancel = CancelOperationRequest { name: name.clone() };
    let refused = reader.operations.cancel_operation(call(cancel.clone(), alice(), "CancelOperation")).await;
    assert_eq!(refused.expect_err("a reader").code(), Code::PermissionDenied);
    assert_eq!(fixture.number("SELECT count(*) AS n FROM operations WHERE cancel_requested").await, 0);
    let admin = for_alice(&fixture, &operations, Role::ProvisioningAdmin);
    admin.operations.cancel_operation(call(cancel, alice(), "CancelOperation")).await.expect("an administrator");
    assert_eq!(fixture.number("SELECT count(*) AS n FROM operations WHERE cancel_requested").await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_set_up_contact_follows_the_operations_of_its_own_subscription() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let operations = fixture.operations([three(&world)]);
    let name = fixture.start(&operations, "three").await;
    let subscription = SubscriptionId::new();
    fixture.sql(&format!("UPDATE operations SET target = '{subscription}'")).await;
    let face = for_alice(&fixture, &operations, Role::ReadOnly);
    let look = async |subscription, method: &'static str| {
        let contact = Caller::setup_contact("c@example.com", subscription);
        let request = GetOperationRequest { name: name.to_string() };
        face.operations.get_operation(call(request, contact, method)).await
    };
    look(subscription, "GetOperation").await.expect("its own");
    let other = look(SubscriptionId::new(), "GetOperation").await.expect_err("another's");
    assert_eq!(other.code(), Code::PermissionDenied);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lists_are_paged_filtered_and_narrowed_to_the_caller() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let operations = fixture.operations([three(&world)]);
    let mut names = Vec::new();
    for _ in 0..5 {
        names.push(fixture.start(&operations, "three").await.to_string());
    }
    names.reverse();
    let face = for_alice(&fixture, &operations, Role::ReadOnly);
    let list = async |caller: &'static str, filter: &str, token: String| {
        let request = ListOperationsRequest {
            name: "operations".to_owned(),
            filter: filter.to_owned(),
            page_size: 2,
            page_token: token,
            ..ListOperationsRequest::default()
        };
        face.operations.list_operations(call(request, Caller::person(caller), "ListOperations")).await
    };
    let (mut seen, mut token) = (Vec::new(), String::new());
    loop {
        let page = list("alice", "done = false", token.clone()).await.expect("her own").into_inner();
        assert!(page.operations.len() <= 2);
        seen.extend(page.operations.into_iter().map(|operation| operation.name));
        if page.next_page_token.is_empty() {
            break;
        }
        token = page.next_page_token;
    }
    assert_eq!(seen, names, "newest first, each once");
    for (filter, count) in [("done = true", 0), ("state = PENDING", 2), ("target = \"organizations/none\"", 0)] {
        let page = list("alice", filter, String::new()).await.expect("her own").into_inner();
        assert_eq!(page.operations.len(), count, "{filter}");
    }
    assert!(list("mallory", "", String::new()).await.expect("nothing of hers").into_inner().operations.is_empty());

    let other_list = list("alice", "", token.clone()).await.expect_err("another list's token");
    assert_eq!(reason(&other_list), (Code::InvalidArgument, "INVALID_PAGE_TOKEN".to_owned()));
    let tampered = list("alice", "done = false", format!("{token}A")).await.expect_err("tampered");
    assert_eq!(reason(&tampered).1, "INVALID_PAGE_TOKEN");
    let filter = list("alice", "colour = red", String::new()).await.expect_err("unknown field");
    assert_eq!(field_violations(&filter)[0].field, "filter");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn waiting_ends_with_the_time_asked_for_and_shows_the_latest_state() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let operations = fixture.operations([three(&world)]);
    let (name, face) = (fixture.start(&operations, "three").await, Face::staff(&operations));
    let request = |timeout| {
        let timeout = prost_types::Duration::try_from(timeout).ok();
        call(WaitOperationRequest { name: name.to_string(), timeout }, Caller::platform("staff"), "WaitOperation")
    };
    let waited = face.operations.wait_operation(request(Duration::from_millis(50))).await.expect("it exists");
    assert!(!waited.into_inner().done);
    let mut late = request(Duration::from_secs(30));
    let ctx = ctx_of(Caller::platform("staff"), "/google.longrunning.Operations/WaitOperation");
    late.extensions_mut().insert(ctx.until(tokio::time::Instant::now() + Duration::from_millis(300)));
    assert!(!face.operations.wait_operation(late).await.expect("before its deadline").into_inner().done);
    // And one who waits long is told at once when the end comes.
    let (running, waiting) = (Running::new(&operations), face.done(name));
    assert_eq!(waiting.await.1.state(), OperationState::Succeeded);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_what_has_ended_can_be_deleted() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let operations = fixture.operations([three(&world)]);
    let (name, face) = (fixture.start(&operations, "three").await, Face::staff(&operations));
    let delete = async || {
        let request = DeleteOperationRequest { name: name.to_string() };
        face.operations.delete_operation(call(request, Caller::platform("staff"), "DeleteOperation")).await
    };
    let early = delete().await.expect_err("under way");
    assert_eq!(reason(&early), (Code::FailedPrecondition, "OPERATION_NOT_FINISHED".to_owned()));
    let running = Running::new(&operations);
    face.done(name).await;
    delete().await.expect("ended");
    assert_eq!(reason(&delete().await.expect_err("gone")), (Code::NotFound, "NOT_FOUND".to_owned()));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_response_is_what_the_kind_renders() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let rendered = three(&world).render(|_| Ok(pack("example.Done", &prost_types::Duration { seconds: 7, nanos: 0 })));
    let operations = fixture.operations([rendered]);
    let (name, face) = (fixture.start(&operations, "three").await, Face::staff(&operations));
    let running = Running::new(&operations);
    let (operation, metadata) = face.done(name).await;
    assert!(matches!(operation.result, Some(Outcome::Response(any)) if any.type_url.ends_with("/example.Done")));
    assert_eq!((metadata.actor.as_str(), metadata.verb.as_str()), ("platform:staff", "RetryOperation"));
    assert_eq!(metadata.organization, fixture.organization.to_string());
    assert!(metadata.create_time.is_some() && metadata.end_time.is_some());
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeated_retry_is_one_and_a_rehearsed_one_is_none() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|call| if call.step == "prepare" { Reply::Stuck } else { Reply::Ok });
    let operations = fixture.operations([three(&world)]);
    let (name, face) = (fixture.start(&operations, "three").await, Face::staff(&operations));
    let running = Running::new(&operations);
    face.until(name, OperationState::Stuck).await;
    running.stop().await;
    let retry = async |request_id: &str, validate_only, name: String| {
        let message = RetryOperationRequest { name, request_id: request_id.to_owned(), validate_only, input: None };
        let mut request = Request::new(message);
        request.extensions_mut().insert(ctx_of(Caller::platform("staff"), RETRY));
        face.control.retry_operation(request).await.map(tonic::Response::into_inner)
    };
    let id = "0192f0c1-2345-7abc-8def-0123456789ab";
    let rehearsed = retry("", true, name.to_string()).await.expect("it would work");
    assert_eq!(crate::fixture::metadata(&rehearsed).state(), OperationState::Running);
    assert_eq!(face.metadata(name).await.state(), OperationState::Stuck);
    let first = retry(id, false, name.to_string()).await.expect("it is stuck");
    let second = retry(id, false, name.to_string()).await.expect("the same answer");
    assert_eq!(first, second);
    let third = retry("", false, name.to_string()).await.expect_err("no longer stuck");
    assert_eq!(reason(&third).1, "OPERATION_NOT_STUCK");
    let bad = retry("no-uuid", false, "operations/nonsense".to_owned()).await.expect_err("two broken fields");
    let fields: Vec<_> = field_violations(&bad).into_iter().map(|v| v.field).collect();
    assert_eq!(fields, ["name", "request_id"]);
}
