//! One constructor for each shared reason, so that code, reason, metadata keys and text are chosen once.

use crate::{Fault, Violation, reasons};
use std::time::Duration;
use tonic::{Code, Status};

/// The one text of every PERMISSION_DENIED, so that it does not tell whether the thing exists.
pub const PERMISSION_DENIED_TEXT: &str = "You may not do this here, or it does not exist.";

/// What a caller waits at least before it repeats a call that met a conflict.
const CONFLICT_RETRY: Duration = Duration::from_millis(100);

impl Fault {
    /// INVALID_ARGUMENT with every broken field.
    pub fn invalid_fields(violations: impl IntoIterator<Item = Violation>) -> Self {
        let mut fault = Fault::new(
            Code::InvalidArgument,
            reasons::INVALID_FIELDS,
            "Some fields break a rule; each one is listed with its remedy.",
        );
        fault.details.violations.extend(violations);
        fault
    }

    /// UNAUTHENTICATED. `why` tells the caller what is wrong with the credentials, never their content.
    pub fn unauthenticated(why: impl Into<String>) -> Self {
        Fault::new(Code::Unauthenticated, reasons::UNAUTHENTICATED, why)
    }

    /// PERMISSION_DENIED, the same whether or not the thing exists.
    pub fn permission_denied(permission: impl ToString) -> Self {
        Fault::new(Code::PermissionDenied, reasons::PERMISSION_DENIED, PERMISSION_DENIED_TEXT)
            .with("permission", permission)
    }

    /// NOT_FOUND, for callers who may know that it does not exist. `resource` is its full name.
    pub fn not_found(resource: impl ToString) -> Self {
        let name = resource.to_string();
        Fault::new(Code::NotFound, reasons::NOT_FOUND, format!("{name} does not exist."))
            .with("resource", &name)
            .resource(collection(&name), &name)
    }

    /// ABORTED: the resource changed since the caller read it. `resource` is its full name.
    pub fn etag_mismatch(resource: impl ToString) -> Self {
        let name = resource.to_string();
        Fault::new(
            Code::Aborted,
            reasons::ETAG_MISMATCH,
            format!("{name} changed since you read it; read it again and repeat the change."),
        )
        .with("resource", &name)
        .resource(collection(&name), &name)
    }

    /// ALREADY_EXISTS: the request id came before with another body.
    pub fn request_id_reused(request_id: impl ToString) -> Self {
        Fault::new(
            Code::AlreadyExists,
            reasons::REQUEST_ID_REUSED,
            "This request_id was used with another request; take a new one.",
        )
        .with("request_id", request_id)
    }

    /// INVALID_ARGUMENT: the page token is not one this list gave.
    pub fn invalid_page_token() -> Self {
        Fault::new(
            Code::InvalidArgument,
            reasons::INVALID_PAGE_TOKEN,
            "This page token is not from this list; start from the first page.",
        )
        .violation("page_token", "page_token.known", "leave it empty to start from the first page")
    }

    /// DEADLINE_EXCEEDED.
    pub fn deadline_exceeded() -> Self {
        Fault::new(
            Code::DeadlineExceeded,
            reasons::DEADLINE_EXCEEDED,
            "The time for this call is up; repeat it with the same request_id to learn whether it took effect.",
        )
    }

    /// RESOURCE_EXHAUSTED: the request message is larger than `limit_bytes`.
    pub fn message_too_large(limit_bytes: u64) -> Self {
        Fault::new(
            Code::ResourceExhausted,
            reasons::MESSAGE_TOO_LARGE,
            format!("The message is larger than {limit_bytes} bytes; send less at a time."),
        )
        .with("limit_bytes", limit_bytes)
    }

    /// RESOURCE_EXHAUSTED: the server sheds load.
    pub fn overloaded(retry_after: Duration) -> Self {
        Fault::new(Code::ResourceExhausted, reasons::OVERLOADED, "The service is busy; try again later.")
            .retry_after(retry_after)
    }

    /// UNAVAILABLE: something the service needs is out of reach.
    pub fn unavailable(retry_after: Duration) -> Self {
        Fault::new(
            Code::Unavailable,
            reasons::UNAVAILABLE,
            "The service is not available at the moment; try again later.",
        )
        .retry_after(retry_after)
    }

    /// UNIMPLEMENTED: there is no such method.
    pub fn unknown_method() -> Self {
        Fault::new(
            Code::Unimplemented,
            reasons::UNKNOWN_METHOD,
            "There is no such method here; ask for the list by reflection.",
        )
    }

    /// INTERNAL: a fault of ours. `cause` goes to the log only; the server adds the `request` metadata.
    pub fn internal(cause: impl ToString) -> Self {
        Fault::new(
            Code::Internal,
            reasons::INTERNAL,
            "Something went wrong on our side; quote the request when you report it.",
        )
        .caused_by(cause)
    }

    /// FAILED_PRECONDITION: only a STUCK operation can be retried. `state` is the state it has.
    pub fn operation_not_stuck(state: impl ToString) -> Self {
        Fault::new(
            Code::FailedPrecondition,
            reasons::OPERATION_NOT_STUCK,
            "Only an operation in state STUCK can be retried.",
        )
        .with("state", state)
    }

    /// FAILED_PRECONDITION: only an operation that has ended can be deleted. `state` is the state it has.
    pub fn operation_not_finished(state: impl ToString) -> Self {
        Fault::new(
            Code::FailedPrecondition,
            reasons::OPERATION_NOT_FINISHED,
            "Only an operation that has ended can be deleted; cancel it first.",
        )
        .with("state", state)
    }

    /// OUT_OF_RANGE: the events after the position were purged. `oldest` is the first position still held.
    pub fn position_expired(oldest: impl ToString) -> Self {
        Fault::new(
            Code::OutOfRange,
            reasons::POSITION_EXPIRED,
            "The events after this position are gone; read the resources anew and watch from now.",
        )
        .with("oldest_position", oldest)
    }

    /// INVALID_ARGUMENT: the message could not be decoded.
    pub fn malformed_message() -> Self {
        Fault::new(
            Code::InvalidArgument,
            reasons::MALFORMED_MESSAGE,
            "The message could not be decoded; check it against the method's request type.",
        )
    }

    /// CANCELLED.
    pub fn cancelled() -> Self {
        Fault::new(Code::Cancelled, reasons::CANCELLED, "This was cancelled before it was done.")
    }

    /// ABORTED: others change the same thing, or the same request is under way.
    pub fn conflict() -> Self {
        Fault::new(Code::Aborted, reasons::CONFLICT, "Others are changing this at the same moment; try again.")
            .retry_after(CONFLICT_RETRY)
    }

    /// What a caller is told when a service we called answered `status`: being busy, away or late is passed on, anything
    /// else is a fault of ours. A caller who gives an upstream reason a meaning of its own matches it before this.
    pub fn upstream(service: &str, status: &Status) -> Self {
        let delay = crate::retry_delay(status).unwrap_or(Duration::from_secs(1));
        let fault = match status.code() {
            Code::Unavailable | Code::ResourceExhausted => Fault::unavailable(delay),
            Code::DeadlineExceeded => Fault::deadline_exceeded(),
            Code::Cancelled => Fault::cancelled(),
            Code::Aborted => Fault::conflict(),
            Code::Ok
            | Code::Unknown
            | Code::InvalidArgument
            | Code::NotFound
            | Code::AlreadyExists
            | Code::PermissionDenied
            | Code::FailedPrecondition
            | Code::OutOfRange
            | Code::Unimplemented
            | Code::Internal
            | Code::DataLoss
            | Code::Unauthenticated => Fault::internal(""),
        };
        let reason = crate::reason(status).unwrap_or_default();
        fault.caused_by(format!("{service} answered {:?} {reason}: {}", status.code(), status.message()))
    }
}

/// The collection a resource name ends in: `users` of `organizations/o/users/u`.
fn collection(name: &str) -> &str {
    name.rsplit('/').nth(1).unwrap_or(name)
}
