//! Whatever goes wrong, the caller gets a code, a reason and a domain, and nothing of our inside.

use dialtone_proto::{events::v1::WatchRequest, google::longrunning::GetOperationRequest};
use dialtone_status::{Code, Status, error_info};
use dialtone_testkit::log_guard;
use http::Response;

use crate::support::{Running, assert_fault, config, once, start};

const GET: &str = "/google.longrunning.Operations/GetOperation";

fn status<B>(response: &Response<B>) -> Status {
    Status::from_header_map(response.headers()).expect("an error without a body")
}

async fn get(running: &Running, name: &str) -> Status {
    running.operations().get_operation(running.get(name)).await.expect_err("an error")
}

#[tokio::test]
async fn a_fault_of_the_service_arrives_as_it_is() {
    let running = start(config()).await;
    let status = get(&running, "fault").await;
    assert_fault(&status, Code::Aborted, "ETAG_MISMATCH");
    let info = error_info(&status).expect("checked");
    assert_eq!(info.metadata.get("resource").map(String::as_str), Some("things/1"));
}

#[tokio::test]
async fn an_internal_error_names_the_request_and_nothing_else() {
    let running = start(config()).await;
    for name in ["internal", "bare"] {
        let mut request = running.get(name);
        request.metadata_mut().insert("x-request-id", "find-me".parse().expect("text"));
        let status = running.operations().get_operation(request).await.expect_err("an error");
        assert_fault(&status, Code::Internal, "INTERNAL");
        let info = error_info(&status).expect("checked");
        assert_eq!(info.metadata.get("request").map(String::as_str), Some("find-me"));
    }
}

#[tokio::test]
async fn an_oversized_message_is_typed() {
    let running = start(config()).await;
    let request = running.as_platform(GetOperationRequest { name: "x".repeat(5 << 20) });
    let status = running.operations().get_operation(request).await.expect_err("too large");
    assert_fault(&status, Code::ResourceExhausted, "MESSAGE_TOO_LARGE");
    let info = error_info(&status).expect("checked");
    assert_eq!(info.metadata.get("limit_bytes").map(String::as_str), Some("4194304"));
}

#[tokio::test]
async fn a_message_that_does_not_decode_is_typed() {
    let running = start(config()).await;
    for body in [&b"\0\0\0\0\x02\xff\xff"[..], b"\0\0\0\0\x09ab", b"", b"\x07\0\0\0\0"] {
        let response = running.raw(GET, body).await;
        assert_fault(&status(&response), Code::InvalidArgument, "MALFORMED_MESSAGE");
    }
}

#[tokio::test]
async fn an_unknown_method_is_typed_whether_known_elsewhere_or_nowhere() {
    let running = start(config()).await;
    for path in [
        "/dialtone.orgfinder.v1.OrganizationService/GetOrganization",
        "/dialtone.nowhere.v1.NoService/Nothing",
        "/google.longrunning.Operations/Nothing",
        "/",
    ] {
        let response = running.raw(path, b"\0\0\0\0\0").await;
        assert_fault(&status(&response), Code::Unimplemented, "UNKNOWN_METHOD");
    }
}

#[tokio::test]
async fn a_panic_is_typed_and_the_connection_lives_on() {
    let mut logs = log_guard();
    logs.allow("a handler panicked");
    let running = start(config()).await;
    let request = running.get("wait");
    let mut client = running.operations();
    let beside = tokio::spawn(async move { client.get_operation(request).await });
    once(&running.signals.began).await;
    assert_fault(&get(&running, "panic").await, Code::Internal, "INTERNAL");

    let watch = running.as_platform(WatchRequest { position: "panic".to_owned(), ..WatchRequest::default() });
    let mut stream = running.events().watch(watch).await.expect("it begins").into_inner();
    let status = stream.message().await.expect_err("it panics");
    assert_fault(&status, Code::Internal, "INTERNAL");

    running.signals.gate.add_permits(1);
    assert!(beside.await.expect("no panic here").is_ok(), "a call beside must not notice");
}

#[tokio::test]
async fn every_answer_names_its_request() {
    let mut running = start(config()).await;
    let mut request = running.get("x");
    request.metadata_mut().insert("x-request-id", "order-66_a.b".parse().expect("text"));
    let answer = running.operations().get_operation(request).await.expect("fine");
    assert_eq!(answer.metadata().get("x-request-id").expect("echoed"), "order-66_a.b");
    assert_eq!(running.seen.recv().await.expect("the handler ran").request_id, "order-66_a.b");

    for insane in ["", "a b", "{\"a\":1}", &"x".repeat(65)] {
        let mut request = running.get("x");
        request.metadata_mut().insert("x-request-id", insane.parse().expect("text"));
        let answer = running.operations().get_operation(request).await.expect("fine");
        let id = answer.metadata().get("x-request-id").expect("made up").to_str().expect("text").to_owned();
        assert_eq!(id.len(), 36, "{id}");
        assert_eq!(running.seen.recv().await.expect("the handler ran").request_id, id);
    }
    let refused = get(&running, "bare").await;
    assert!(refused.metadata().get("x-request-id").is_some());
}
