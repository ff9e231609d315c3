//! From a [`Fault`] to the `tonic::Status` that carries it.

use crate::{Fault, Violation, fault::Details};
use std::sync::Arc;
use tonic::Status;
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

/// How many bytes of text the listed violations may take. Details travel base64-coded in a trailer, and the usual
/// clients refuse more than 8 KiB of metadata: a longer list would hide the error it explains.
const VIOLATION_BYTES: usize = 4096;

/// The internal cause of a status; stays in this process.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Cause(String);

/// Encodes the fault with `google.rpc` details: `ErrorInfo` always (`domain` is `<service>.dialtone.internal`), the
/// others where the fault has them. The cause becomes the status's source, which is never sent.
pub fn to_status(fault: Fault, domain: &str) -> Status {
    let Fault { code, reason, message, details } = fault;
    let cause = details.cause.clone();
    let mut status = Status::with_error_details(code, message, error_details(reason, domain, *details));
    if let Some(cause) = cause {
        status.set_source(Arc::new(Cause(cause)));
    }
    status
}

fn error_details(reason: &str, domain: &str, details: Details) -> ErrorDetails {
    let metadata: Vec<(String, String)> =
        details.metadata.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let mut out = ErrorDetails::with_error_info(
        reason,
        domain,
        metadata.into_iter().collect::<std::collections::HashMap<_, _>>(),
    );
    if !details.violations.is_empty() {
        out.set_bad_request(bounded(details.violations));
    }
    for p in details.preconditions {
        out.add_precondition_failure_violation(p.kind, p.subject, p.description);
    }
    for q in details.quotas {
        out.add_quota_failure_violation(q.subject, q.description);
    }
    if let Some((kind, name)) = details.resource {
        out.set_resource_info(kind, name, "", "");
    }
    if details.retry_after.is_some() {
        out.set_retry_info(details.retry_after);
    }
    out
}

/// All violations, or as many as fit and one last entry that counts the rest.
fn bounded(violations: Vec<Violation>) -> Vec<FieldViolation> {
    let total = violations.len();
    let mut room = VIOLATION_BYTES;
    let mut out = Vec::with_capacity(total.min(64));
    for violation in violations {
        let size = violation.field.len() + violation.description.len() + violation.rule.len() + 8;
        if size > room {
            let rest = total - out.len();
            out.push(field_violation("", "more", format!("{rest} more fields break a rule; correct these first")));
            break;
        }
        room -= size;
        out.push(field_violation(&violation.field, violation.rule, violation.description));
    }
    out
}

fn field_violation(field: &str, rule: &str, description: String) -> FieldViolation {
    let mut out = FieldViolation::new(field, description);
    out.reason = rule.replace('.', "_").to_ascii_uppercase();
    out
}
