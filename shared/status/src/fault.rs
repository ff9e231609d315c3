//! [`Fault`]: an error as the service means it, before it becomes a `tonic::Status`.

use crate::Violation;
use std::{collections::BTreeMap, time::Duration};
use tonic::Code;

/// A state that must change before the call can succeed; becomes `google.rpc.PreconditionFailure`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Precondition {
    /// Which kind of condition, as an upper-case word: `PARTNER_MAPPED`.
    pub kind: String,
    /// The thing it is about, usually a resource name.
    pub subject: String,
    /// What to do about it.
    pub description: String,
}

/// A limit that was reached; becomes `google.rpc.QuotaFailure`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Whose limit it is, usually a resource name.
    pub subject: String,
    /// Which limit and how high it is.
    pub description: String,
}

/// What a caller is told of a failed call: a code, a reason that programs act on, a sentence for people, and details.
///
/// Everything but [`Fault::cause`] goes to the caller, so none of it may carry internals, tokens or another tenant's data.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason}: {message}")]
pub struct Fault {
    /// The gRPC code.
    pub code: Code,
    /// `ErrorInfo.reason`, from the shared or the service's own enum.
    pub reason: &'static str,
    /// One English sentence that says the remedy where there is one.
    pub message: String,
    // Boxed so that `Result<T, Fault>` stays small.
    pub(crate) details: Box<Details>,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Details {
    pub(crate) metadata: BTreeMap<&'static str, String>,
    pub(crate) violations: Vec<Violation>,
    pub(crate) preconditions: Vec<Precondition>,
    pub(crate) quotas: Vec<Quota>,
    pub(crate) resource: Option<(String, String)>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) cause: Option<String>,
}

impl Fault {
    /// A fault with no details yet. Shared reasons have constructors of their own; this is for a service's reasons.
    pub fn new(code: Code, reason: &'static str, message: impl Into<String>) -> Self {
        Fault { code, reason, message: message.into(), details: Box::default() }
    }

    /// Adds an `ErrorInfo` metadata pair; the reason's proto comment names the keys it may have.
    pub fn with(mut self, key: &'static str, value: impl ToString) -> Self {
        self.details.metadata.insert(key, value.to_string());
        self
    }

    /// Adds one broken field; `rule` is a dotted id such as `string.email`.
    pub fn violation(mut self, field: impl Into<String>, rule: &'static str, description: impl Into<String>) -> Self {
        self.details.violations.push(Violation { field: field.into(), rule, description: description.into() });
        self
    }

    /// Names the resource the fault is about (`ResourceInfo`): its collection or type, and its name.
    pub fn resource(mut self, kind: impl Into<String>, name: impl Into<String>) -> Self {
        self.details.resource = Some((kind.into(), name.into()));
        self
    }

    /// Says when to try again (`RetryInfo`). Only for faults that another try may cure.
    pub fn retry_after(mut self, delay: Duration) -> Self {
        self.details.retry_after = Some(delay);
        self
    }

    /// Adds an unmet condition (`PreconditionFailure`).
    pub fn precondition(
        mut self,
        kind: impl Into<String>,
        subject: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        self.details.preconditions.push(Precondition {
            kind: kind.into(),
            subject: subject.into(),
            description: description.into(),
        });
        self
    }

    /// Adds a limit that was reached (`QuotaFailure`).
    pub fn quota(mut self, subject: impl Into<String>, description: impl Into<String>) -> Self {
        self.details.quotas.push(Quota { subject: subject.into(), description: description.into() });
        self
    }

    /// Keeps the internal cause for the log; it never reaches the wire.
    pub fn caused_by(mut self, cause: impl ToString) -> Self {
        self.details.cause = Some(cause.to_string());
        self
    }

    /// The internal cause, for the log only.
    pub fn cause(&self) -> Option<&str> {
        self.details.cause.as_deref()
    }

    /// The value of an `ErrorInfo` metadata key.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.details.metadata.get(key).map(String::as_str)
    }

    /// The broken fields.
    pub fn violations(&self) -> &[Violation] {
        &self.details.violations
    }

    /// The unmet conditions.
    pub fn preconditions(&self) -> &[Precondition] {
        &self.details.preconditions
    }

    /// When to try again, if a retry may help.
    pub fn retry_delay(&self) -> Option<Duration> {
        self.details.retry_after
    }
}
