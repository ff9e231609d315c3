//! How connections and the server end.

use bytes::Bytes;
use dialtone_authz::{Caller, IDENTITY_HEADER};
use dialtone_proto::events::v1::WatchRequest;
use dialtone_status::{Code, retry_delay};
use dialtone_testkit::eventually;
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::{net::TcpStream, task::JoinHandle, time::timeout};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_reflection::pb::{v1, v1alpha};

use crate::support::{PATIENCE, Running, assert_fault, config, once, start};

/// One connection, and its end.
async fn connect(running: &Running) -> (SendRequest<Full<Bytes>>, JoinHandle<hyper::Result<()>>) {
    let stream = TcpStream::connect(running.address).await.expect("it listens");
    let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("HTTP/2");
    (sender, tokio::spawn(connection))
}

/// `GetOperation("wait")`.
fn wait_call(running: &Running) -> Request<Full<Bytes>> {
    call(running, b"\0\0\0\0\x06\x0a\x04wait")
}

/// `GetOperation("")`.
fn other_call(running: &Running) -> Request<Full<Bytes>> {
    call(running, b"\0\0\0\0\0")
}

fn call(running: &Running, body: &'static [u8]) -> Request<Full<Bytes>> {
    Request::post(format!("{}google.longrunning.Operations/GetOperation", running.origin()))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header(IDENTITY_HEADER, &*running.gateway.token(&Caller::platform("ops")))
        .body(Full::new(Bytes::from_static(body)))
        .expect("a request")
}

#[tokio::test]
async fn an_old_connection_says_goaway_and_finishes_its_calls() {
    let mut config = config();
    config.connection_age_ms = 100;
    let running = start(config).await;
    let (mut sender, connection) = connect(&running).await;
    let call = tokio::spawn(sender.send_request(wait_call(&running)));
    once(&running.signals.began).await;
    // After GOAWAY a client hands new requests back, never sent.
    eventually("GOAWAY", PATIENCE, async || {
        let refused = sender.try_send_request(other_call(&running)).await.err()?;
        assert!(refused.message().is_some(), "sent and lost: {refused:?}");
        Some(())
    })
    .await;
    assert!(!call.is_finished(), "the call goes on");
    running.signals.gate.add_permits(1);
    let response = call.await.expect("no panic").expect("the call is not cut");
    let body = response.into_body().collect().await.expect("nor its body");
    let trailers = body.trailers().expect("gRPC ends with trailers");
    assert_eq!(trailers.get("grpc-status").expect("a status"), "0");
    timeout(PATIENCE, connection).await.expect("it closes").expect("no panic").expect("without an error");
}

#[tokio::test]
async fn an_old_connection_is_cut_after_its_grace() {
    let mut config = config();
    config.connection_age_ms = 100;
    config.connection_grace_ms = 50;
    let running = start(config).await;
    let (mut sender, connection) = connect(&running).await;
    let call = tokio::spawn(sender.send_request(wait_call(&running)));
    assert!(timeout(PATIENCE, call).await.expect("it ends").expect("no panic").is_err());
    // How it ends for the client is the kernel's business; that it ends is ours.
    let _ = timeout(PATIENCE, connection).await.expect("it ends").expect("no panic");
    once(&running.signals.dropped).await;
}

#[tokio::test]
async fn no_call_fails_while_connections_come_of_age() {
    let mut config = config();
    config.connection_age_ms = 100;
    let running = start(config).await;
    let (mut sender, _) = connect(&running).await;
    let mut client = running.operations();
    // An idle connection beside it tells how time goes: by its third successor the client's own one came of age, too.
    for _ in 0..3 {
        loop {
            client.get_operation(running.get("x")).await.expect("no call fails");
            if sender.is_closed() {
                break;
            }
        }
        sender = connect(&running).await.0;
    }
}

#[tokio::test]
async fn an_endless_stream_is_sent_elsewhere_when_its_connection_is_old() {
    let mut config = config();
    config.connection_age_ms = 100;
    let running = start(config).await;
    let watch = running.as_platform(WatchRequest::default());
    let mut stream = running.events().watch(watch).await.expect("it begins").into_inner();
    assert!(stream.message().await.expect("the first message").is_some());
    let status = stream.message().await.expect_err("old");
    assert_fault(&status, Code::Unavailable, "UNAVAILABLE");
    assert!(retry_delay(&status).is_some());
}

#[tokio::test]
async fn an_open_watch_does_not_hold_the_drain() {
    let running = start(config()).await;
    let watch = running.as_platform(WatchRequest::default());
    let mut stream = running.events().watch(watch).await.expect("it begins").into_inner();
    assert!(stream.message().await.expect("the first message").is_some());
    running.stop.cancel();
    let status = stream.message().await.expect_err("the server goes away");
    assert_fault(&status, Code::Unavailable, "UNAVAILABLE");
    timeout(PATIENCE / 2, running.server).await.expect("long before the drain time").expect("no panic");
}

#[tokio::test]
async fn what_does_not_end_is_cut_after_the_drain_time() {
    let mut config = config();
    config.drain_ms = 200;
    let running = start(config).await;
    let (mut client, request) = (running.operations(), running.get("wait"));
    let call = tokio::spawn(async move { client.get_operation(request).await });
    once(&running.signals.began).await;
    running.stop.cancel();
    timeout(PATIENCE, running.server).await.expect("bounded").expect("no panic");
    assert!(call.await.expect("no panic").is_err());
    once(&running.signals.dropped).await;
}

#[tokio::test]
async fn a_call_under_way_is_finished_by_the_drain() {
    let running = start(config()).await;
    let (mut client, request) = (running.operations(), running.get("wait"));
    let call = tokio::spawn(async move { client.get_operation(request).await });
    once(&running.signals.began).await;
    running.stop.cancel();
    let address = running.address;
    eventually("the port is closed", PATIENCE, async || TcpStream::connect(address).await.is_err().then_some(())).await;
    running.signals.gate.add_permits(1);
    call.await.expect("no panic").expect("the call is not cut");
    timeout(PATIENCE, running.server).await.expect("it drains").expect("no panic");
}

#[tokio::test]
async fn a_lame_duck_says_so_and_goes_on_serving() {
    let mut config = config();
    config.lame_duck_ms = 60_000;
    let running = start(config).await;
    let mut health = HealthClient::with_origin(running.http.clone(), running.origin());
    let names = ["", "google.longrunning.Operations", "dialtone.events.v1.EventService"];
    let mut status = async |name: &str| {
        let request = HealthCheckRequest { service: name.to_owned() };
        health.check(request).await.expect("known").into_inner().status()
    };
    for name in names {
        assert_eq!(status(name).await, ServingStatus::Serving);
    }
    running.stop.cancel();
    for name in names {
        eventually("NOT_SERVING", PATIENCE, async || (status(name).await == ServingStatus::NotServing).then_some(()))
            .await;
    }
    running.operations().get_operation(running.get("x")).await.expect("still serving");
}

#[tokio::test]
async fn reflection_lists_the_services_in_both_versions() {
    let running = start(config()).await;
    let origin = running.origin();
    let request = v1::ServerReflectionRequest {
        message_request: Some(v1::server_reflection_request::MessageRequest::ListServices(String::new())),
        ..Default::default()
    };
    let mut client =
        v1::server_reflection_client::ServerReflectionClient::with_origin(running.http.clone(), origin.clone());
    let answer = client.server_reflection_info(tokio_stream::once(request)).await.expect("open to all");
    let answer = answer.into_inner().message().await.expect("an answer").expect("one");
    let Some(v1::server_reflection_response::MessageResponse::ListServicesResponse(list)) = answer.message_response
    else {
        panic!("no list: {answer:?}");
    };
    let names: Vec<_> = list.service.into_iter().map(|service| service.name).collect();
    for name in ["google.longrunning.Operations", "dialtone.events.v1.EventService", "grpc.health.v1.Health"] {
        assert!(names.iter().any(|n| n == name), "{name} not in {names:?}");
    }
    assert!(!names.iter().any(|n| n.contains("orgfinder")), "services of others: {names:?}");

    let request = v1alpha::ServerReflectionRequest {
        message_request: Some(v1alpha::server_reflection_request::MessageRequest::FileContainingSymbol(
            "google.rpc.ErrorInfo".to_owned(),
        )),
        ..Default::default()
    };
    let mut client =
        v1alpha::server_reflection_client::ServerReflectionClient::with_origin(running.http.clone(), origin);
    let answer = client.server_reflection_info(tokio_stream::once(request)).await.expect("open to all");
    let answer = answer.into_inner().message().await.expect("an answer").expect("one");
    assert!(
        matches!(
            answer.message_response,
            Some(v1alpha::server_reflection_response::MessageResponse::FileDescriptorResponse(_))
        ),
        "clients print error details by their descriptors: {answer:?}"
    );
}
