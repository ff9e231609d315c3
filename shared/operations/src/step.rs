//! What a service writes: steps. Each is an act on the outside world and a commit of what follows from it.
//!
//! The engine promises at-least-once: `act`, `commit` and `undo` may run again after a crash at any point. A commit takes effect
//! exactly once, because it shares its transaction with the record of the step. For the act, the key from [`Job::key`] lets the
//! other side tell a repetition from a new call.

use std::{future::Future, time::Duration};

use dialtone_db::{Conn, DbFault, TxError};
use dialtone_status::{Code, Fault};
use futures::future::{BoxFuture, FutureExt as _};
use serde_json::Value;

use crate::{job::Job, model::RetryRule};

/// One step of a kind of operation.
pub trait Step: Send + Sync + 'static {
    /// Stable name, e.g. `create-headquarters`: shown to callers and part of the key of foreign calls.
    fn name(&self) -> &'static str;

    /// How often and how patiently it is attempted.
    fn retry(&self) -> RetryRule {
        RetryRule::default()
    }

    /// Share of the operation's work, for the percentage. Steps with many units deserve more than those with one call.
    fn weight(&self) -> u32 {
        1
    }

    /// The longest time of one act or one undo; after it, the attempt is dropped and counts as failed.
    fn time_limit(&self) -> Duration {
        dialtone_authz::JOB_TIME
    }

    /// Foreign calls. No database connection is held while it runs. What it returns is handed to [`Step::commit`].
    fn act(&self, _job: &Job) -> impl Future<Output = Result<Value, StepError>> + Send {
        async { Ok(Value::Null) }
    }

    /// Domain rows, in the transaction that records the step. Nothing foreign may be called here. May run again within one
    /// commit when the database asks for it, so it must not change anything but rows.
    fn commit(&self, c: &mut Conn, job: &Job, acted: &Value) -> impl Future<Output = Result<Next, StepError>> + Send;

    /// Takes foreign effects back. Called for every step that began, the last one first, also for one that failed or whose outcome
    /// nobody knows: it must do no harm where nothing was done, and may be repeated.
    fn undo(&self, _job: &Job) -> impl Future<Output = Result<Value, StepError>> + Send {
        async { Ok(Value::Null) }
    }

    /// Takes domain rows back, in the transaction that records it. [`Next::again`] makes the undo go on in chunks.
    fn undo_commit(
        &self,
        _c: &mut Conn,
        _job: &Job,
        _undone: &Value,
    ) -> impl Future<Output = Result<Next, StepError>> + Send {
        async { Ok(Next::done()) }
    }
}

/// Why an attempt did not succeed, and what that means. The fault is shown to callers, without its cause.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StepError {
    /// Another attempt may succeed: busy, away, late.
    #[error("to be retried: {fault}")]
    Retry {
        /// What went wrong.
        fault: Fault,
        /// The least wait, if the other side named one.
        after: Option<Duration>,
    },
    /// Only a person can help. The operation stops here until it is retried or cancelled.
    #[error("stuck: {fault}")]
    Stuck {
        /// What went wrong.
        fault: Fault,
        /// Input keys which, given new values, would let the step go on.
        needs: Vec<String>,
    },
    /// No attempt will ever succeed. The operation takes back what it did and fails.
    #[error("failed: {0}")]
    Fail(Fault),
    /// The database failed; treated as [`StepError::Retry`].
    #[error("{0}")]
    Db(DbFault),
}

impl StepError {
    /// To be retried by the step's own rule, or later if the fault says so.
    pub fn retry(fault: Fault) -> Self {
        Self::Retry { after: fault.retry_delay(), fault }
    }

    /// Stuck until somebody gives new values for `needs`.
    pub fn stuck<const N: usize>(fault: Fault, needs: [&str; N]) -> Self {
        Self::Stuck { fault, needs: needs.map(str::to_owned).to_vec() }
    }

    /// The usual meaning of another service's answer: what passes is retried, a fault of ours or theirs is for a person to see,
    /// and a refusal is final. A step that knows better says so itself.
    pub fn upstream(fault: Fault) -> Self {
        match fault.code {
            Code::Unavailable | Code::DeadlineExceeded | Code::ResourceExhausted | Code::Aborted | Code::Cancelled => {
                Self::retry(fault)
            }
            Code::Internal
            | Code::Unknown
            | Code::DataLoss
            | Code::Unimplemented
            | Code::Unauthenticated
            | Code::PermissionDenied
            | Code::Ok => Self::stuck(fault, []),
            Code::InvalidArgument
            | Code::NotFound
            | Code::AlreadyExists
            | Code::FailedPrecondition
            | Code::OutOfRange => Self::Fail(fault),
        }
    }
}

impl StepError {
    /// The internal cause, for the log only.
    pub(crate) fn cause(&self) -> Option<&str> {
        match self {
            Self::Retry { fault, .. } | Self::Stuck { fault, .. } | Self::Fail(fault) => fault.cause(),
            Self::Db(_) => None,
        }
    }
}

impl TxError for StepError {
    fn from_fault(fault: DbFault) -> Self {
        Self::Db(fault)
    }

    fn fault(&self) -> Option<&DbFault> {
        match self {
            Self::Db(fault) => Some(fault),
            Self::Retry { .. } | Self::Stuck { .. } | Self::Fail(_) => None,
        }
    }
}

/// What follows a committed step.
#[derive(Debug, Clone, PartialEq)]
pub struct Next {
    pub(crate) kind: NextKind,
    pub(crate) notes: Option<Value>,
    pub(crate) units_done: Option<i64>,
    pub(crate) units_total: Option<i64>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NextKind {
    Done,
    Again,
    Children,
    Finish(Value),
}

impl Next {
    /// The step is complete.
    pub fn done() -> Self {
        Self { kind: NextKind::Done, notes: None, units_done: None, units_total: None }
    }

    /// A chunk is complete; the same step goes on at once. `notes` carries the cursor; see [`Next::with_notes`].
    pub fn again(notes: Value) -> Self {
        Self { kind: NextKind::Again, notes: Some(notes), ..Self::done() }
    }

    /// The same step goes on when every operation that this one started has ended. Until then no worker is held.
    pub fn wait_for_children() -> Self {
        Self { kind: NextKind::Children, ..Self::done() }
    }

    /// The whole operation is complete, with this result; further steps are skipped.
    pub fn finish(result: Value) -> Self {
        Self { kind: NextKind::Finish(result), ..Self::done() }
    }

    /// Merges an object into the operation's notes: new values win, `null` removes a key.
    pub fn with_notes(self, notes: Value) -> Self {
        Self { notes: Some(notes), ..self }
    }

    /// Units done so far, of the whole step.
    pub fn with_units_done(self, units: i64) -> Self {
        Self { units_done: Some(units), ..self }
    }

    /// Units in all, where the step found them out.
    pub fn with_units_total(self, units: i64) -> Self {
        Self { units_total: Some(units), ..self }
    }
}

/// A [`Step`] of any type.
pub(crate) trait AnyStep: Send + Sync {
    fn name(&self) -> &'static str;
    fn retry(&self) -> RetryRule;
    fn weight(&self) -> u32;
    fn time_limit(&self) -> Duration;
    fn act<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Value, StepError>>;
    fn commit<'a>(&'a self, c: &'a mut Conn, job: &'a Job, acted: &'a Value) -> BoxFuture<'a, Result<Next, StepError>>;
    fn undo<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Value, StepError>>;
    fn undo_commit<'a>(
        &'a self,
        c: &'a mut Conn,
        job: &'a Job,
        undone: &'a Value,
    ) -> BoxFuture<'a, Result<Next, StepError>>;
}

impl<S: Step> AnyStep for S {
    fn name(&self) -> &'static str {
        Step::name(self)
    }

    fn retry(&self) -> RetryRule {
        Step::retry(self)
    }

    fn weight(&self) -> u32 {
        Step::weight(self)
    }

    fn time_limit(&self) -> Duration {
        Step::time_limit(self)
    }

    fn act<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Value, StepError>> {
        Step::act(self, job).boxed()
    }

    fn commit<'a>(&'a self, c: &'a mut Conn, job: &'a Job, acted: &'a Value) -> BoxFuture<'a, Result<Next, StepError>> {
        Step::commit(self, c, job, acted).boxed()
    }

    fn undo<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Value, StepError>> {
        Step::undo(self, job).boxed()
    }

    fn undo_commit<'a>(
        &'a self,
        c: &'a mut Conn,
        job: &'a Job,
        undone: &'a Value,
    ) -> BoxFuture<'a, Result<Next, StepError>> {
        Step::undo_commit(self, c, job, undone).boxed()
    }
}
