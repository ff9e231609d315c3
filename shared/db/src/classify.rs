//! The only place that reads SQLSTATE and Diesel's error kinds.

use diesel::result::{DatabaseErrorInformation, DatabaseErrorKind as Kind, Error};

use crate::fault::DbFault;

/// Turns a Diesel result into one with a [`DbFault`].
pub trait Classify<T> {
    /// Classifies the error; a success passes through.
    fn db(self) -> Result<T, DbFault>;
}

impl<T> Classify<T> for diesel::QueryResult<T> {
    fn db(self) -> Result<T, DbFault> {
        self.map_err(|error| classify(&error))
    }
}

pub(crate) fn classify(error: &Error) -> DbFault {
    match error {
        Error::NotFound => DbFault::NotFound,
        Error::DatabaseError(kind, info) => by_kind(kind, info.as_ref()),
        Error::RollbackErrorOnCommit { commit_error, .. } => classify(commit_error),
        Error::BrokenTransactionManager => DbFault::ConnectionLost,
        other => DbFault::Other(other.to_string()),
    }
}

fn by_kind(kind: &Kind, info: &dyn DatabaseErrorInformation) -> DbFault {
    let constraint = || info.constraint_name().unwrap_or_default().to_owned();
    match kind {
        Kind::UniqueViolation | Kind::ExclusionViolation => DbFault::Unique { constraint: constraint() },
        Kind::ForeignKeyViolation | Kind::RestrictViolation => DbFault::ForeignKey { constraint: constraint() },
        Kind::CheckViolation => DbFault::Check { constraint: constraint() },
        Kind::NotNullViolation => DbFault::NotNull { column: info.column_name().unwrap_or_default().to_owned() },
        Kind::SerializationFailure => DbFault::Serialization,
        Kind::ReadOnlyTransaction => DbFault::ReadOnly,
        Kind::ClosedConnection => DbFault::ConnectionLost,
        Kind::UnableToSendCommand => by_client_message(info),
        _ => by_message(info),
    }
}

/// Diesel keeps neither the SQLSTATE of the kinds it does not know nor the cause of a client error, so the text must tell. It is
/// English: `pool.rs` refuses a server that speaks another language. Each arm is provoked on a real server in `tests/it/faults.rs`.
fn by_message(info: &dyn DatabaseErrorInformation) -> DbFault {
    let message = info.message();
    let begins = |text: &str| message.starts_with(text);
    if begins("deadlock detected") {
        DbFault::Deadlock
    } else if begins("canceling statement due to lock timeout") || begins("could not obtain lock on") {
        DbFault::LockTimeout
    } else if begins("canceling statement due to") {
        DbFault::StatementTimeout
    } else if begins("cached plan must not change result type") {
        DbFault::StalePlan
    } else if begins("terminating connection") || begins("the database system is") {
        DbFault::ConnectionLost
    } else {
        DbFault::Other(message.to_owned())
    }
}

/// The client could not speak to the server: either the connection is gone, or the query cannot be sent at all, which is a bug.
fn by_client_message(info: &dyn DatabaseErrorInformation) -> DbFault {
    const GONE: [&str; 6] = [
        "connection closed",
        "error communicating with the server",
        "unexpected message from server",
        "error parsing response from server",
        // The task that drives the connection ended.
        "channel closed",
        "timeout waiting for server",
    ];
    let message = info.message();
    if GONE.iter().any(|text| message.starts_with(text)) {
        DbFault::ConnectionLost
    } else {
        DbFault::Other(message.to_owned())
    }
}
