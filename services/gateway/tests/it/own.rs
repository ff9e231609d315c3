//! What the gateway serves itself, and what it says to those who do not speak gRPC.

use crate::{
    backend::within,
    world::{Client, READ, World, gateway_reason},
};
use bytes::Bytes;
use futures::stream;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use prost::Message as _;
use tonic::Code;
use tonic_health::pb::{HealthCheckRequest, HealthCheckResponse, health_check_response::ServingStatus};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, ServerReflectionResponse, server_reflection_request::MessageRequest,
    server_reflection_response::MessageResponse,
};

const CHECK: &str = "/grpc.health.v1.Health/Check";
const REFLECTION: [&str; 2] = [
    "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
];

async fn health(client: &Client, service: &str) -> Result<ServingStatus, Code> {
    let request = HealthCheckRequest { service: service.to_owned() };
    let answer = client.unary(CHECK, request.encode_to_vec()).await.map_err(|s| s.code())?;
    Ok(HealthCheckResponse::decode(answer.into_inner()).expect("an answer of health").status())
}

async fn reflect(
    client: &Client,
    path: &'static str,
    request: MessageRequest,
) -> Result<MessageResponse, tonic::Status> {
    let request = ServerReflectionRequest { host: String::new(), message_request: Some(request) };
    let request = stream::iter([Bytes::from(request.encode_to_vec())]);
    let mut answers = client.streaming(path, request).await?.into_inner();
    let answer = within(answers.message()).await?.expect("an answer");
    let answer = ServerReflectionResponse::decode(answer).expect("an answer of reflection");
    Ok(answer.message_response.expect("it says something"))
}

#[tokio::test]
async fn reflection_tells_of_the_whole_suite_in_both_versions() {
    let world = World::start().await;
    for path in REFLECTION {
        let listed = reflect(&world.client, path, MessageRequest::ListServices(String::new())).await.expect("answered");
        let MessageResponse::ListServicesResponse(listed) = listed else { panic!("{listed:?}") };
        let names: Vec<_> = listed.service.into_iter().map(|s| s.name).collect();
        for service in dialtone_proto::methods().iter().map(|m| m.service) {
            assert!(names.iter().any(|n| n == service) || service.starts_with("grpc.reflection."), "{service}");
        }
        let symbol = "dialtone.orgfinder.v1.OrganizationService.GetOrganization".to_owned();
        let file = reflect(&world.client, path, MessageRequest::FileContainingSymbol(symbol)).await.expect("answered");
        assert!(matches!(file, MessageResponse::FileDescriptorResponse(_)), "{file:?}");
    }
}

#[tokio::test]
async fn reflection_needs_a_token_unless_it_is_open() {
    let list = MessageRequest::ListServices(String::new());
    let world = World::start().await;
    for path in REFLECTION {
        let status = reflect(&world.client.anonymous(), path, list.clone()).await.expect_err("no token");
        assert_eq!((status.code(), gateway_reason(&status).as_str()), (Code::Unauthenticated, "UNAUTHENTICATED"));
    }
    let world = World::with(&[("open.reflection", "true")]).await;
    reflect(&world.client.anonymous(), REFLECTION[0], list).await.expect("open");
}

#[tokio::test]
async fn health_may_be_asked_without_a_token_unless_it_is_closed() {
    let world = World::start().await;
    assert_eq!(health(&world.client.anonymous(), "").await, Ok(ServingStatus::Serving));
    let world = World::with(&[("open.health", "false")]).await;
    assert_eq!(health(&world.client.anonymous(), "").await, Err(Code::Unauthenticated));
    assert_eq!(health(&world.client, "").await, Ok(ServingStatus::Serving));
}

#[tokio::test]
async fn the_health_of_services_is_by_their_own_word() {
    let mut world = World::with(&[("health_check_ms", "100")]).await;
    let organizations = "dialtone.orgfinder.v1.OrganizationService";
    // The backends echo, and an empty answer is not SERVING.
    for name in ["org-finder", organizations, "dialtone"] {
        within(async { while health(&world.client, name).await != Ok(ServingStatus::NotServing) {} }).await;
    }
    assert_eq!(health(&world.client, "").await, Ok(ServingStatus::Serving));
    let reporter = real_health(world.backend(0).stop().await);
    for name in ["org-finder", organizations] {
        within(async { while health(&world.client, name).await != Ok(ServingStatus::Serving) {} }).await;
    }
    assert_eq!(health(&world.client, "dialtone").await, Ok(ServingStatus::NotServing));
    reporter.set_service_status("", tonic_health::ServingStatus::NotServing).await;
    within(async { while health(&world.client, organizations).await != Ok(ServingStatus::NotServing) {} }).await;
    assert_eq!(health(&world.client, "no.such.Service").await, Err(Code::NotFound));
}

/// A tonic server with the usual health service at that address.
fn real_health(address: std::net::SocketAddr) -> tonic_health::server::HealthReporter {
    let (reporter, service) = tonic_health::server::health_reporter();
    let server = tonic::transport::Server::builder().add_service(service);
    tokio::spawn(async move { server.serve(address).await.expect("the port is free again") });
    reporter
}

#[tokio::test]
async fn a_gateway_that_is_to_stop_says_so_while_it_still_serves() {
    let mut world = World::with(&[("serve.lame_duck_ms", "600")]).await;
    world.stop();
    within(async { while health(&world.client, "").await != Ok(ServingStatus::NotServing) {} }).await;
    world.client.unary(READ, "").await.expect("still served");
    world.stopped().await;
}

#[tokio::test]
async fn plain_http_gets_a_typed_404() {
    let world = World::start().await;
    let stream = tokio::net::TcpStream::connect(world.address).await.expect("it listens");
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.expect("HTTP/1.1");
    tokio::spawn(connection);
    let request = Request::get("/v1/organizations/1").header("host", "gateway").body(Full::<Bytes>::default());
    let answer = within(sender.send_request(request.expect("well-formed"))).await.expect("answered");
    assert_eq!(answer.status(), StatusCode::NOT_FOUND);
    assert_eq!(answer.headers()["content-type"], "application/json");
    let body = answer.into_body().collect().await.expect("whole").to_bytes();
    let body: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    assert_eq!(body["details"][0]["reason"], "UNKNOWN_METHOD");
}
