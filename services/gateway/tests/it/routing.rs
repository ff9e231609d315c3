//! Which service gets a call.

use crate::world::{WATCH, World, gateway_reason};
use dialtone_proto::{
    events::v1::{EventFilter, WatchRequest},
    google::longrunning::{GetOperationRequest, ListOperationsRequest},
    operations::v1::RetryOperationRequest,
};
use prost::Message;
use tonic::{Code, Status};

const GET: &str = "/google.longrunning.Operations/GetOperation";
const LIST: &str = "/google.longrunning.Operations/ListOperations";
const RETRY: &str = "/dialtone.operations.v1.OperationControlService/RetryOperation";
const SERVICES: [&str; 4] = ["org-finder", "templates", "subscriptions", "user-provisioning"];

async fn send(world: &World, path: &'static str, message: &impl Message) -> Result<(), Status> {
    let bytes = message.encode_to_vec();
    let answer = world.client.unary(path, bytes.clone()).await?;
    assert_eq!(&answer.into_inner()[..], bytes, "every byte of it arrived");
    Ok(())
}

fn get(name: &str) -> GetOperationRequest {
    GetOperationRequest { name: name.to_owned() }
}

#[tokio::test]
async fn every_package_goes_to_its_service() {
    let world = World::start().await;
    for (index, path) in [
        "/dialtone.orgfinder.v1.AccessService/CheckAccess",
        "/dialtone.templates.v1.CatalogService/ListPackages",
        "/dialtone.subscriptions.v1.OrderService/GetOrder",
        "/dialtone.userprovisioning.v1.TargetService/GetTarget",
    ]
    .into_iter()
    .enumerate()
    {
        world.client.unary(path, "").await.expect("answered");
        assert_eq!(world.seen[index].last().0, path);
    }
}

#[tokio::test]
async fn operations_go_to_the_service_in_their_name() {
    let world = World::start().await;
    for (index, service) in SERVICES.into_iter().enumerate() {
        send(&world, GET, &get(&format!("operations/{service}/1"))).await.expect("answered");
        let list = ListOperationsRequest {
            name: format!("operations/{service}"),
            filter: "x".repeat(100_000),
            ..Default::default()
        };
        send(&world, LIST, &list).await.expect("answered");
        let retry = RetryOperationRequest { name: format!("operations/{service}/1"), ..Default::default() };
        send(&world, RETRY, &retry).await.expect("answered");
        let filter = EventFilter { service: service.to_owned(), ..Default::default() };
        let watch = WatchRequest { position: "p".to_owned(), filter: Some(filter) };
        send(&world, WATCH, &watch).await.expect("answered");
        assert_eq!(world.seen[index].count(), 4, "{service}");
    }
}

#[tokio::test]
async fn what_names_no_service_is_refused_here() {
    let world = World::start().await;
    let refused = |result: Result<(), Status>| {
        let status = result.expect_err("refused");
        let fields: Vec<_> = dialtone_status::field_violations(&status).into_iter().map(|v| v.field).collect();
        (status.code(), gateway_reason(&status), fields)
    };
    let not_found = (Code::NotFound, "NOT_FOUND".to_owned(), vec![]);
    assert_eq!(refused(send(&world, GET, &get("operations/elsewhere/1")).await), not_found);
    let invalid = |field: &str| (Code::InvalidArgument, "INVALID_FIELDS".to_owned(), vec![field.to_owned()]);
    assert_eq!(refused(send(&world, GET, &get("")).await), invalid("name"));
    assert_eq!(refused(send(&world, LIST, &ListOperationsRequest::default()).await), invalid("name"));
    assert_eq!(refused(send(&world, WATCH, &WatchRequest::default()).await), invalid("filter.service"));
    let junk = world.client.unary(GET, vec![0xff; 3]).await.map(drop);
    assert_eq!(refused(junk), (Code::InvalidArgument, "MALFORMED_MESSAGE".to_owned(), vec![]));
    assert_eq!(world.seen.iter().map(|s| s.count()).sum::<usize>(), 0);
}

#[tokio::test]
async fn an_unknown_service_is_an_unknown_method() {
    let world = World::start().await;
    for path in ["/no.such.Service/Method", "/dialtone.gateway.v1.A/B", "/x"] {
        let status = world.client.unary(path, "").await.expect_err("nobody has it");
        assert_eq!((status.code(), gateway_reason(&status).as_str()), (Code::Unimplemented, "UNKNOWN_METHOD"));
    }
}
