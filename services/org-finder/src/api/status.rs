//! What each error of the service is on the wire: code, reason and metadata as `error_reason.proto` documents them.

use std::time::Duration;

use dialtone_db::DbFault;
use dialtone_ids::OrganizationId;
use dialtone_status::{Code, Fault};

use crate::error::Error;
use crate::model::import::Issue;
use crate::model::lines::LONGEST_LINE;

/// How long a caller is told to wait while the database is away.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The fault of an error.
pub(super) fn fault(error: Error) -> Fault {
    match error {
        Error::NotFound(name) => Fault::not_found(name),
        Error::Stale(name) => Fault::etag_mismatch(name),
        Error::LooksLikeExisting(organizations) => looks_like_existing(&organizations),
        Error::NotAPartner(organization) => Fault::new(
            Code::FailedPrecondition,
            "NOT_A_PARTNER",
            "Only an organization with the role PARTNER provisions for others; give it that role first.",
        )
        .with("organization", organization)
        .precondition("PARTNER_ROLE", organization.to_string(), "update the organization's roles"),
        Error::LinkWouldCycle { partner, customer } => Fault::new(
            Code::FailedPrecondition,
            "LINK_WOULD_CYCLE",
            "The customer is a partner of the partner already; an organization cannot be its own partner.",
        )
        .with("organization", partner)
        .with("customer", customer),
        Error::ImportRefused { refused, issues } => import_refused(refused, issues),
        Error::ImportOptionsMissing => Fault::new(
            Code::InvalidArgument,
            "IMPORT_OPTIONS_MISSING",
            "An import begins with its options; send them as the first message.",
        ),
        Error::ActivityOptionsMissing => Fault::new(
            Code::InvalidArgument,
            "ACTIVITY_OPTIONS_MISSING",
            "A report of activity begins with its options; send them as the first message.",
        ),
        Error::LineTooLong { line } => Fault::new(
            Code::ResourceExhausted,
            "LINE_TOO_LONG",
            format!("Line {line} is longer than {LONGEST_LINE} bytes; each line is one organization."),
        )
        .with("line", line)
        .with("limit_bytes", LONGEST_LINE),
        Error::Upload(fault) => fault,
        Error::BadPageToken => Fault::invalid_page_token(),
        Error::Db(fault) => database(fault),
    }
}

fn looks_like_existing(organizations: &[OrganizationId]) -> Fault {
    let names: Vec<_> = organizations.iter().map(ToString::to_string).collect();
    Fault::new(
        Code::AlreadyExists,
        "LOOKS_LIKE_EXISTING",
        "Other organizations look the same; choose one of them, or send allow_duplicate.",
    )
    .with("organizations", names.join(","))
}

fn import_refused(refused: i64, issues: Vec<Issue>) -> Fault {
    let fault = Fault::new(
        Code::InvalidArgument,
        "IMPORT_REFUSED",
        format!("{refused} lines are bad, so nothing was loaded; correct them, or import in mode BEST_EFFORT."),
    );
    let fault = fault.with("refused_count", refused);
    issues
        .into_iter()
        .fold(fault, |fault, issue| fault.violation(format!("lines[{}]", issue.line), issue.rule, issue.description))
}

/// What a database fault means where the op gave it no meaning of its own.
fn database(fault: DbFault) -> Fault {
    match fault {
        DbFault::RequestIdReused(id) => Fault::request_id_reused(id),
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
