//! Answers that the gateway gives itself: a fault as gRPC, or as plain HTTP to those who do not speak gRPC.

use bytes::Bytes;
use dialtone_status::{Fault, localize, normalise, to_status};
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::Full;

use super::{
    DOMAIN,
    call::{Call, REQUEST_ID},
    reply::Reply,
};

/// Whether the request is a gRPC call, as far as its head tells.
pub(crate) fn is_grpc<B>(request: &Request<B>) -> bool {
    let grpc = |kind: &HeaderValue| {
        let rest = kind.as_bytes().strip_prefix(b"application/grpc");
        // gRPC-Web is another protocol.
        rest.is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
    };
    request.method() == http::Method::POST
        && request.version() == http::Version::HTTP_2
        && request.headers().get(CONTENT_TYPE).is_some_and(grpc)
}

/// A fault as the answer to a gRPC call; ends the call.
pub(crate) fn grpc(mut call: Call, fault: Fault) -> Response<Reply> {
    let fault = with_request(fault, &call);
    let (code, reason) = (fault.code, fault.reason);
    let mut response = to_status(fault, DOMAIN).into_http::<Reply>();
    localize(response.headers_mut(), call.locale());
    response.headers_mut().insert(REQUEST_ID, call.id().clone());
    call.end(code, reason);
    response
}

/// A fault as trailers, where the answer has begun already; ends the call.
pub(crate) fn trailers(call: &mut Call, fault: Fault) -> HeaderMap {
    let fault = with_request(fault, call);
    let (code, reason) = (fault.code, fault.reason);
    let mut map = HeaderMap::new();
    // Fails on a value that is no header text only: messages are percent-encoded and details base64.
    let _ = to_status(fault, DOMAIN).add_header(&mut map);
    localize(&mut map, call.locale());
    call.end(code, reason);
    map
}

/// Makes an error of what the gateway serves itself, in headers or trailers, one like all others: typed, in the caller's language.
pub(crate) fn complete(headers: &mut HeaderMap, call: &Call) {
    normalise(headers, DOMAIN, call.id().to_str().unwrap_or_default());
    localize(headers, call.locale());
}

/// For INTERNAL, the id to quote; and the cause into the log, which is the only place it goes.
fn with_request(fault: Fault, call: &Call) -> Fault {
    let request = call.id().to_str().unwrap_or_default();
    if let Some(cause) = fault.cause() {
        tracing::info!(reason = fault.reason, cause, request, "a call failed here");
    }
    if fault.code == dialtone_status::Code::Internal { fault.with("request", request) } else { fault }
}

/// What a client that does not speak gRPC is told, in the JSON form of `google.rpc.Status`.
pub(crate) fn not_grpc(mut call: Call) -> Response<Reply> {
    let fault = Fault::unknown_method();
    let told = dialtone_messages::error(call.locale(), DOMAIN, fault.reason, []);
    let body = serde_json::json!({
        "code": fault.code as i32,
        "message": "This address speaks gRPC over HTTP/2 only; ask for its services by reflection.",
        "details": [{
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": fault.reason,
            "domain": DOMAIN,
        }, {
            "@type": "type.googleapis.com/google.rpc.LocalizedMessage",
            "locale": call.locale().tag(),
            "message": told,
        }],
    });
    call.end(fault.code, fault.reason);
    let body = Full::new(Bytes::from(body.to_string()));
    let mut response = Response::new(Reply::local(tonic::body::Body::new(body)));
    *response.status_mut() = StatusCode::NOT_FOUND;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(REQUEST_ID, call.id().clone());
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{Method, Version};

    #[test]
    fn only_posts_of_grpc_over_http2_are_calls() {
        let call = |method: Method, version: Version, kind: &str| {
            let request = Request::builder().method(method).version(version).header(CONTENT_TYPE, kind);
            is_grpc(&request.body(()).expect("well-formed"))
        };
        for kind in ["application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8"] {
            assert!(call(Method::POST, Version::HTTP_2, kind), "{kind}");
        }
        for kind in ["application/grpc-web", "application/grpcx", "application/json", "text/html"] {
            assert!(!call(Method::POST, Version::HTTP_2, kind), "{kind}");
        }
        assert!(!call(Method::GET, Version::HTTP_2, "application/grpc"));
        assert!(!call(Method::POST, Version::HTTP_11, "application/grpc"));
    }
}
