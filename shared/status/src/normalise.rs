//! Makes the transport's own errors typed: tonic answers unknown methods, oversized or broken messages, timeouts and
//! load shedding with a bare code and text. The texts matched here are those of tonic 0.14.9; the tests provoke them.

use crate::{Fault, error_info, reasons, to_status};
use http::HeaderMap;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// What tonic takes of one message when the server sets nothing.
const DEFAULT_LIMIT_BYTES: u64 = 4 * 1024 * 1024;
/// What a caller waits when the transport refuses or loses its call.
const RETRY: Duration = Duration::from_secs(1);

/// The bare error that was replaced. For the log only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Untyped {
    /// The code it had.
    pub code: Code,
    /// Its text, which may name internals.
    pub message: String,
}

/// Replaces an error without details in response headers or trailers by the typed one of `domain`, and adds `request`
/// to the metadata of INTERNAL errors, typed or not. Returns what was replaced; leaves everything else untouched.
pub fn normalise(headers: &mut HeaderMap, domain: &str, request: &str) -> Option<Untyped> {
    let code = Code::from_bytes(headers.get(Status::GRPC_STATUS)?.as_bytes());
    if code == Code::Ok {
        return None;
    }
    let typed = headers.contains_key(Status::GRPC_STATUS_DETAILS);
    if typed && code != Code::Internal {
        return None;
    }
    let status = Status::from_header_map(headers)?;
    if typed {
        write(headers, &with_request(&status, request)?);
        return None;
    }
    let untyped = Untyped { code, message: status.message().to_owned() };
    let mut fault = typed_fault(code, &untyped.message);
    if fault.code == Code::Internal {
        fault = fault.with("request", request);
    }
    write(headers, &to_status(fault, domain));
    Some(untyped)
}

/// [`normalise`] for a response whose headers may be a trailers-only error; keeps the `Status` that tonic leaves in the
/// extensions in accord with the headers.
pub fn normalise_response<B>(response: &mut http::Response<B>, domain: &str, request: &str) -> Option<Untyped> {
    let untyped = normalise(response.headers_mut(), domain, request)?;
    if let Some(status) = Status::from_header_map(response.headers()) {
        response.extensions_mut().insert(status);
    }
    Some(untyped)
}

/// Puts the status in the place of the one that the headers have.
pub(crate) fn write(headers: &mut HeaderMap, status: &Status) {
    headers.remove(Status::GRPC_MESSAGE);
    headers.remove(Status::GRPC_STATUS_DETAILS);
    // Fails on a value that is no header text only: messages are percent-encoded and details base64.
    let _ = status.add_header(headers);
}

/// The INTERNAL status with `request` in its metadata, or none if there is nothing to add.
fn with_request(status: &Status, request: &str) -> Option<Status> {
    let info = error_info(status)?;
    if info.metadata.contains_key("request") {
        return None;
    }
    let mut metadata = info.metadata;
    metadata.insert("request".to_owned(), request.to_owned());
    let mut details: ErrorDetails = status.get_error_details();
    details.set_error_info(info.reason, info.domain, metadata);
    Some(Status::with_error_details(status.code(), status.message(), details))
}

/// The fault a bare transport error stands for. None of its text is passed on.
fn typed_fault(code: Code, text: &str) -> Fault {
    match code {
        Code::Unimplemented if text.starts_with("Content is compressed") => Fault::malformed_message(),
        Code::Unimplemented => Fault::unknown_method(),
        Code::OutOfRange if text.contains("decoded message length too large") => Fault::message_too_large(limit(text)),
        Code::ResourceExhausted if text.starts_with("Error decompressing: size limit") => {
            Fault::message_too_large(limit(text))
        }
        Code::ResourceExhausted => Fault::overloaded(RETRY),
        Code::Internal if undecodable(text) => Fault::malformed_message(),
        Code::InvalidArgument => Fault::malformed_message(),
        Code::Cancelled if text == "Timeout expired" => Fault::deadline_exceeded(),
        Code::DeadlineExceeded => Fault::deadline_exceeded(),
        Code::Cancelled => Fault::cancelled(),
        Code::Unavailable => Fault::unavailable(RETRY),
        // The health protocol answers NOT_FOUND for a service it does not watch, and clients rely on the code.
        Code::NotFound => Fault::new(Code::NotFound, reasons::NOT_FOUND, "What you asked for does not exist."),
        Code::Ok
        | Code::Unknown
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::OutOfRange
        | Code::Internal
        | Code::DataLoss
        | Code::Unauthenticated => Fault::internal(text),
    }
}

/// Whether tonic says that the caller's message does not decode. A response of another service that does not decode
/// carries the same words, so `while receiving response` is told apart.
fn undecodable(text: &str) -> bool {
    const STARTS: [&str; 5] = [
        "failed to decode Protobuf message",
        "protocol error: received message with",
        "Error decompressing:",
        "Unexpected EOF decoding stream",
        "Missing request message",
    ];
    STARTS.iter().any(|start| text.starts_with(start)) && !text.contains("while receiving response")
}

/// The limit out of `… the limit is: N bytes` or `… size limit, of N bytes`.
fn limit(text: &str) -> u64 {
    text.rsplit_once("limit")
        .and_then(|(_, rest)| rest.split(|c: char| !c.is_ascii_digit()).find(|word| !word.is_empty()))
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(DEFAULT_LIMIT_BYTES)
}
