//! Readers of a received `Status`, for clients and tests. A detail that is absent or does not decode reads as none.

use std::{error::Error as _, time::Duration};
use tonic::Status;
use tonic_types::{
    ErrorInfo, FieldViolation, LocalizedMessage, PreconditionViolation, QuotaViolation, ResourceInfo, StatusExt,
};

/// Domain, reason and metadata.
pub fn error_info(status: &Status) -> Option<ErrorInfo> {
    status.get_details_error_info()
}

/// `ErrorInfo.reason`: what a program acts on.
pub fn reason(status: &Status) -> Option<String> {
    error_info(status).map(|info| info.reason)
}

/// The broken fields; `reason` of each is the rule in upper case (`STRING_EMAIL`).
pub fn field_violations(status: &Status) -> Vec<FieldViolation> {
    status.get_details_bad_request().map(|d| d.field_violations).unwrap_or_default()
}

/// The unmet conditions.
pub fn precondition_violations(status: &Status) -> Vec<PreconditionViolation> {
    status.get_details_precondition_failure().map(|d| d.violations).unwrap_or_default()
}

/// The limits that were reached.
pub fn quota_violations(status: &Status) -> Vec<QuotaViolation> {
    status.get_details_quota_failure().map(|d| d.violations).unwrap_or_default()
}

/// The resource the error is about.
pub fn resource_info(status: &Status) -> Option<ResourceInfo> {
    status.get_details_resource_info()
}

/// How long to wait before another try.
pub fn retry_delay(status: &Status) -> Option<Duration> {
    status.get_details_retry_info().and_then(|d| d.retry_delay)
}

/// The message in the caller's language.
pub fn localized_message(status: &Status) -> Option<LocalizedMessage> {
    status.get_details_localized_message()
}

/// The internal cause a fault of this process kept for the log; a status received over the wire has none.
pub fn cause(status: &Status) -> Option<String> {
    status.source().map(ToString::to_string)
}
