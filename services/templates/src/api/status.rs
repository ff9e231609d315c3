//! What each error of the service is on the wire: code, reason and metadata as `error_reason.proto` documents them.

use std::time::Duration;

use dialtone_db::DbFault;
use dialtone_status::{Code, Fault};

use crate::error::Error;

/// How long a caller is told to wait while the database is away.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The fault of an error.
pub(super) fn fault(error: Error) -> Fault {
    match error {
        Error::NotFound(name) => Fault::not_found(name.to_string()),
        Error::Stale(name) => Fault::etag_mismatch(name.to_string()),
        Error::NotAPartner(organization) => Fault::new(
            Code::FailedPrecondition,
            "NOT_A_PARTNER",
            "Templates belong to organizations with the role PARTNER; give it that role first.",
        )
        .with("organization", organization.to_string()),
        Error::NothingToSubmit { template, revision } => Fault::new(
            Code::FailedPrecondition,
            "NOTHING_TO_SUBMIT",
            "The template has not been edited since its newest revision; that revision is in force.",
        )
        .with("template", template.to_string())
        .with("revision", revision.to_string()),
        Error::UnknownProvisioningId => Fault::permission_denied("templates.resolve"),
        Error::BadPageToken => Fault::invalid_page_token(),
        Error::Peer(fault) => fault,
        Error::Db(fault) => database(fault),
    }
}

/// What a database fault means where the op gave it no meaning of its own.
fn database(fault: DbFault) -> Fault {
    match fault {
        DbFault::RequestIdReused(id) => Fault::request_id_reused(id.to_string()),
        DbFault::Serialization | DbFault::Deadlock | DbFault::LockTimeout => Fault::conflict(),
        DbFault::DeadlineExceeded | DbFault::StatementTimeout => Fault::deadline_exceeded(),
        DbFault::PoolTimeout
        | DbFault::ConnectionLost
        | DbFault::ReadOnly
        | DbFault::StalePlan
        | DbFault::OutcomeUnknown => Fault::unavailable(RETRY_AFTER),
        DbFault::Unique { .. }
        | DbFault::ForeignKey { .. }
        | DbFault::Check { .. }
        | DbFault::NotNull { .. }
        | DbFault::NotFound
        | DbFault::Other(_) => Fault::internal(fault),
    }
}
