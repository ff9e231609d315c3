//! Errors on the wire: what a service means ([`Fault`]), how it is sent ([`to_status`]), and how it is read back.
//!
//! Owns the reasons every service shares, their codes and the `google.rpc` details that go with them, and the
//! translation of the transport's own bare errors into typed ones, and puts into each error what it says in its caller's
//! language. Must not know any service, database or transport beyond `tonic::Status`.

mod fault;
mod localize;
mod normalise;
mod read;
pub mod reasons;
mod shared;
mod wire;

pub use dialtone_messages::Locale;
pub use dialtone_proto::Violation;
pub use fault::{Fault, Precondition, Quota};
pub use localize::{localize, localize_response, localize_status, wanted_locale};
pub use normalise::{Untyped, normalise, normalise_response};
pub use read::{
    cause, error_info, field_violations, localized_message, precondition_violations, quota_violations, reason,
    resource_info, retry_delay,
};
pub use shared::PERMISSION_DENIED_TEXT;
pub use tonic::{Code, Status};
pub use tonic_types::{
    ErrorInfo, FieldViolation, LocalizedMessage, PreconditionViolation, QuotaViolation, ResourceInfo,
};
pub use wire::to_status;
