//! What tonic itself answers, provoked, and what the normaliser makes of it.

use bytes::{BufMut, Bytes, BytesMut};
use dialtone_proto::operations::v1::operation_control_service_server::{
    OperationControlService, OperationControlServiceServer,
};
use dialtone_proto::{google::longrunning::Operation, operations::v1::RetryOperationRequest};
use dialtone_status::{Code, Fault, Status, error_info, normalise, normalise_response, reason, retry_delay, to_status};
use http_body_util::Full;
use std::time::Duration;
use tonic::{Request, Response, body::Body, service::Routes};
use tower::ServiceExt as _;

const DOMAIN: &str = "org-finder.dialtone.internal";
const METHOD: &str = "/dialtone.operations.v1.OperationControlService/RetryOperation";

/// Answers with what the test wants.
struct Service(fn() -> Status);

#[tonic::async_trait]
impl OperationControlService for Service {
    async fn retry_operation(&self, _: Request<RetryOperationRequest>) -> Result<Response<Operation>, Status> {
        Err((self.0)())
    }
}

fn unused() -> Status {
    Status::data_loss("the handler was reached")
}

fn frame(compressed: u8, declared: usize, message: &[u8]) -> Bytes {
    let mut out = BytesMut::new();
    out.put_u8(compressed);
    out.put_u32(u32::try_from(declared).expect("small"));
    out.put_slice(message);
    out.freeze()
}

async fn call(path: &str, body: Bytes, encoding: Option<&str>, answer: fn() -> Status) -> http::Response<Body> {
    let server = OperationControlServiceServer::new(Service(answer)).max_decoding_message_size(64);
    let mut request = http::Request::post(path)
        .header("content-type", "application/grpc")
        .body(Body::new(Full::new(body)))
        .expect("a request");
    if let Some(encoding) = encoding {
        request.headers_mut().insert("grpc-encoding", encoding.parse().expect("a header"));
    }
    Routes::new(server).oneshot(request).await.expect("routes do not fail")
}

/// The typed status that becomes of tonic's own answer.
async fn typed(path: &str, body: Bytes, encoding: Option<&str>) -> Status {
    let mut response = call(path, body, encoding, unused).await;
    let was = normalise_response(&mut response, DOMAIN, "req-1").expect("tonic's errors are bare");
    let status = Status::from_header_map(response.headers()).expect("still an error");
    let kept = response.extensions().get::<Status>().expect("tonic leaves it there");
    assert_eq!(kept.code(), status.code());
    assert!(was.message.is_empty() || !status.message().contains(&was.message));
    assert_eq!(error_info(&status).expect("typed").domain, DOMAIN);
    status
}

fn is(status: &Status, code: Code, wanted: &str) {
    assert_eq!((status.code(), reason(status).as_deref()), (code, Some(wanted)), "{status:?}");
}

#[tokio::test]
async fn an_unknown_method_and_an_unknown_service_are_unknown_method() {
    for path in ["/dialtone.operations.v1.OperationControlService/Nothing", "/nothing.v1.Service/Nothing"] {
        let status = typed(path, frame(0, 0, b""), None).await;
        is(&status, Code::Unimplemented, "UNKNOWN_METHOD");
    }
}

#[tokio::test]
async fn a_message_over_the_limit_is_too_large_and_names_the_limit() {
    let status = typed(METHOD, frame(0, 65, &[0; 65]), None).await;
    is(&status, Code::ResourceExhausted, "MESSAGE_TOO_LARGE");
    assert_eq!(error_info(&status).expect("typed").metadata["limit_bytes"], "64");
}

#[tokio::test]
async fn what_does_not_decode_is_malformed() {
    let cases: [(&str, Bytes); 6] = [
        ("no message", Bytes::new()),
        ("cut short", frame(0, 9, b"abc")),
        ("no protobuf", frame(0, 3, &[0xff, 0xff, 0xff])),
        ("not UTF-8", frame(0, 4, &[0x0a, 2, 0xc3, 0x28])),
        ("compressed without encoding", frame(1, 1, b"a")),
        ("impossible flag", frame(7, 1, b"a")),
    ];
    for (what, body) in cases {
        let status = typed(METHOD, body, None).await;
        assert_eq!(reason(&status).as_deref(), Some("MALFORMED_MESSAGE"), "{what}");
        assert_eq!(status.code(), Code::InvalidArgument, "{what}");
    }
}

#[tokio::test]
async fn an_encoding_that_is_not_taken_is_malformed_and_the_taken_ones_stay_named() {
    let status = typed(METHOD, frame(1, 1, b"a"), Some("snappy")).await;
    is(&status, Code::InvalidArgument, "MALFORMED_MESSAGE");
    assert!(status.metadata().contains_key("grpc-accept-encoding"));
}

#[tokio::test]
async fn a_typed_error_is_left_alone() {
    let typed = || to_status(Fault::not_found("organizations/1"), DOMAIN);
    let mut response = call(METHOD, frame(0, 0, b""), None, typed).await;
    let before = response.headers().clone();
    assert_eq!(normalise_response(&mut response, "other.domain", "req-1"), None);
    assert_eq!(&before, response.headers());
}

#[tokio::test]
async fn a_bare_error_of_a_handler_leaks_nothing_and_names_the_request() {
    let bare = || Status::unknown("password=hunter2 at db:5432");
    let mut response = call(METHOD, frame(0, 0, b""), None, bare).await;
    let was = normalise_response(&mut response, DOMAIN, "req-1").expect("bare");
    assert_eq!(was.code, Code::Unknown);
    assert!(was.message.contains("hunter2"));
    let status = Status::from_header_map(response.headers()).expect("an error");
    is(&status, Code::Internal, "INTERNAL");
    assert_eq!(error_info(&status).expect("typed").metadata["request"], "req-1");
    assert!(!format!("{:?}{status:?}", response.headers()).contains("hunter2"));
}

#[test]
fn a_typed_internal_error_gets_the_request_and_keeps_the_rest() {
    let mut trailers = http::HeaderMap::new();
    to_status(Fault::internal("secret").retry_after(Duration::from_secs(3)), DOMAIN)
        .add_header(&mut trailers)
        .expect("fits");
    assert_eq!(normalise(&mut trailers, "other.domain", "req-1"), None);
    let status = Status::from_header_map(&trailers).expect("an error");
    let info = error_info(&status).expect("typed");
    assert_eq!((info.domain.as_str(), info.metadata["request"].as_str()), (DOMAIN, "req-1"));
    assert_eq!(retry_delay(&status), Some(Duration::from_secs(3)));
}

#[test]
fn success_and_headers_without_a_status_are_left_alone() {
    let mut headers = http::HeaderMap::new();
    assert_eq!(normalise(&mut headers, DOMAIN, "r"), None);
    headers.insert("grpc-status", "0".parse().expect("a header"));
    let before = headers.clone();
    assert_eq!(normalise(&mut headers, DOMAIN, "r"), None);
    assert_eq!(headers, before);
}

#[test]
fn the_rest_of_the_transports_words_have_their_meaning() {
    let cases = [
        (Status::cancelled("Timeout expired"), Code::DeadlineExceeded, "DEADLINE_EXCEEDED"),
        (Status::cancelled("client cancelled"), Code::Cancelled, "CANCELLED"),
        (
            Status::resource_exhausted("Too many active requests for the connection"),
            Code::ResourceExhausted,
            "OVERLOADED",
        ),
        (
            Status::resource_exhausted(
                "Error decompressing: size limit, of 64 bytes, exceeded while decompressing message",
            ),
            Code::ResourceExhausted,
            "MESSAGE_TOO_LARGE",
        ),
        (Status::unavailable("tcp connect error"), Code::Unavailable, "UNAVAILABLE"),
        (Status::not_found("service not registered"), Code::NotFound, "NOT_FOUND"),
        (
            Status::internal("Error decompressing: x, while receiving response with status: 200"),
            Code::Internal,
            "INTERNAL",
        ),
        (
            Status::out_of_range("Error, encoded message length too large: found 9 bytes, the limit is: 8 bytes"),
            Code::Internal,
            "INTERNAL",
        ),
    ];
    for (bare, code, wanted) in cases {
        let mut headers = http::HeaderMap::new();
        bare.add_header(&mut headers).expect("fits");
        assert!(normalise(&mut headers, DOMAIN, "r").is_some());
        let status = Status::from_header_map(&headers).expect("an error");
        is(&status, code, wanted);
        let retried = matches!(wanted, "OVERLOADED" | "UNAVAILABLE");
        assert_eq!(retry_delay(&status).is_some(), retried, "{wanted}");
    }
}
