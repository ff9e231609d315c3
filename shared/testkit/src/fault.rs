//! Asserting on errors by what clients may rely on: code, reason, metadata, fields. Never by text.

use std::collections::BTreeMap;
use std::fmt::Debug;

use tonic::{Code, Status};
use tonic_types::StatusExt;

/// The contract part of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// gRPC code.
    pub code: Code,
    /// `ErrorInfo.reason`.
    pub reason: String,
    /// `ErrorInfo.domain`.
    pub domain: String,
    /// `ErrorInfo.metadata`.
    pub metadata: BTreeMap<String, String>,
    /// Fields of `BadRequest`, in order.
    pub fields: Vec<String>,
}

/// Takes the error apart.
///
/// # Panics
/// When the call succeeded, or when the error has no `ErrorInfo`: every error of the suite has one.
#[track_caller]
pub fn seen<T: Debug>(result: &Result<T, Status>) -> Seen {
    match result {
        Ok(answer) => panic!("expected an error, got {answer:?}"),
        Err(status) => of_status(status),
    }
}

/// Takes a status apart; panics when it has no `ErrorInfo`.
#[track_caller]
pub fn of_status(status: &Status) -> Seen {
    let details = status.get_error_details();
    let Some(info) = details.error_info() else { panic!("error without ErrorInfo: {status:?}") };
    let violations = details.bad_request().map(|bad| bad.field_violations.as_slice()).unwrap_or_default();
    Seen {
        code: status.code(),
        reason: info.reason.clone(),
        domain: info.domain.clone(),
        metadata: info.metadata.clone().into_iter().collect(),
        fields: violations.iter().map(|violation| violation.field.clone()).collect(),
    }
}

/// Asserts code and reason of an error, then what else is given. Evaluates to [`Seen`].
///
/// ```text
/// assert_fault!(result, NotFound, "ORGANIZATION_NOT_FOUND");
/// assert_fault!(result, Aborted, "ETAG_MISMATCH", { "resource" => name });
/// assert_fault!(result, InvalidArgument, "INVALID_FIELDS", ["contact_email", "items[0].offering"]);
/// ```
#[macro_export]
macro_rules! assert_fault {
    ($result:expr, $code:ident, $reason:expr) => {{
        let seen = $crate::fault::seen(&$result);
        assert_eq!((seen.code, seen.reason.as_str()), (::tonic::Code::$code, $reason), "{seen:?}");
        seen
    }};
    ($result:expr, $code:ident, $reason:expr, { $($key:expr => $value:expr),+ $(,)? }) => {{
        let seen = $crate::assert_fault!($result, $code, $reason);
        $(assert_eq!(seen.metadata.get($key).map(String::as_str), Some(::std::convert::AsRef::<str>::as_ref(&$value)), "{seen:?}");)+
        seen
    }};
    ($result:expr, $code:ident, $reason:expr, [ $($field:expr),+ $(,)? ]) => {{
        let seen = $crate::assert_fault!($result, $code, $reason);
        assert_eq!(seen.fields, vec![$(::std::string::String::from($field)),+], "{seen:?}");
        seen
    }};
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic_types::ErrorDetails;

    use super::*;

    fn refused() -> Result<(), Status> {
        let mut details = ErrorDetails::new();
        let metadata = HashMap::from([("resource".to_owned(), "orders/1".to_owned())]);
        details.set_error_info("INVALID_FIELDS", "x.dialtone.internal", metadata);
        details.add_bad_request_violation("email", "give an address");
        Err(Status::with_error_details(Code::InvalidArgument, "any text", details))
    }

    #[test]
    fn reads_reason_metadata_and_fields() {
        let seen = assert_fault!(refused(), InvalidArgument, "INVALID_FIELDS", ["email"]);
        assert_eq!(seen.domain, "x.dialtone.internal");
        assert_fault!(refused(), InvalidArgument, "INVALID_FIELDS", { "resource" => "orders/1" });
    }

    #[test]
    #[should_panic(expected = "error without ErrorInfo")]
    fn bare_status_is_refused() {
        seen(&Err::<(), _>(Status::internal("bare")));
    }
}
