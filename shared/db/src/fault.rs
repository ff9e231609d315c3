//! What can go wrong at the database, without any meaning yet. The service that caused a fault says what it means to its caller.

use uuid::Uuid;

/// A database failure by kind. Carries no text for callers; [`DbFault::Other`] is for the log only.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DbFault {
    /// A unique constraint or index refused the row.
    #[error("unique constraint {constraint}")]
    Unique {
        /// The constraint's or index's name.
        constraint: String,
    },
    /// A foreign key refused the row, or a row that is still referred to.
    #[error("foreign key {constraint}")]
    ForeignKey {
        /// The constraint's name.
        constraint: String,
    },
    /// A check constraint refused the row.
    #[error("check constraint {constraint}")]
    Check {
        /// The constraint's name.
        constraint: String,
    },
    /// A column that must have a value had none.
    #[error("not null {column}")]
    NotNull {
        /// The column's name.
        column: String,
    },
    /// Concurrent transactions could not be put in an order. Retried by the store.
    #[error("serialization failure")]
    Serialization,
    /// This transaction was chosen to break a deadlock. Retried by the store.
    #[error("deadlock")]
    Deadlock,
    /// A lock was not free within the lock timeout.
    #[error("lock timeout")]
    LockTimeout,
    /// A statement ran longer than its timeout, or was cancelled.
    #[error("statement timeout")]
    StatementTimeout,
    /// A write met a read-only transaction: a `read` that writes, or a demoted primary.
    #[error("read-only transaction")]
    ReadOnly,
    /// The connection broke before COMMIT was sent; nothing was written. Retried once by the store.
    #[error("connection lost")]
    ConnectionLost,
    /// A prepared statement no longer fits its table. Retried once by the store on a fresh connection.
    #[error("cached plan is stale")]
    StalePlan,
    /// No connection became free within the pool's wait.
    #[error("no free connection")]
    PoolTimeout,
    /// The request's deadline passed; nothing was written.
    #[error("deadline exceeded")]
    DeadlineExceeded,
    /// The connection broke, or the deadline passed, after COMMIT was sent: it may have happened or not.
    #[error("outcome of commit unknown")]
    OutcomeUnknown,
    /// A query that must answer one row answered none.
    #[error("no row")]
    NotFound,
    /// The `request_id` was used before by the same caller and method with another body.
    #[error("request id {0} was used with another request")]
    RequestIdReused(Uuid),
    /// Anything else: a bug, a grant that is missing, a full disk. The text is for the log only.
    #[error("database: {0}")]
    Other(String),
}

impl DbFault {
    /// The kind's name for metrics and log fields.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Unique { .. } => "unique",
            Self::ForeignKey { .. } => "foreign_key",
            Self::Check { .. } => "check",
            Self::NotNull { .. } => "not_null",
            Self::Serialization => "serialization",
            Self::Deadlock => "deadlock",
            Self::LockTimeout => "lock_timeout",
            Self::StatementTimeout => "statement_timeout",
            Self::ReadOnly => "read_only",
            Self::ConnectionLost => "connection_lost",
            Self::StalePlan => "stale_plan",
            Self::PoolTimeout => "pool_timeout",
            Self::DeadlineExceeded => "deadline_exceeded",
            Self::OutcomeUnknown => "outcome_unknown",
            Self::NotFound => "not_found",
            Self::RequestIdReused(_) => "request_id_reused",
            Self::Other(_) => "other",
        }
    }

    /// Whether the database could not be reached or is too busy: the caller may try again later.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::ConnectionLost | Self::PoolTimeout | Self::ReadOnly | Self::LockTimeout)
    }
}

/// The error type of a transaction closure: a service's own error, which can carry a [`DbFault`].
pub trait TxError: Sized + Send {
    /// Wraps a fault of the store itself: pool, BEGIN, COMMIT, deadline.
    fn from_fault(fault: DbFault) -> Self;

    /// The fault inside, if the error came from the database. The store decides by it whether to run the closure again.
    fn fault(&self) -> Option<&DbFault>;

    /// The `request_id` was used before with another body.
    fn request_id_reused(id: Uuid) -> Self {
        Self::from_fault(DbFault::RequestIdReused(id))
    }
}

impl TxError for DbFault {
    fn from_fault(fault: DbFault) -> Self {
        fault
    }

    fn fault(&self) -> Option<&DbFault> {
        Some(self)
    }
}
