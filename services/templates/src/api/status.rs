//! What each error of the service is on the wire: code, reason and metadata as `error_reason.proto` documents them.

use std::time::Duration;

use dialtone_db::DbFault;
use dialtone_status::{Code, Fault, reasons};

use crate::error::Error;

/// How long a caller is told to wait while the database is away.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The fault of an error.
pub(super) fn fault(error: Error) -> Fault {
    match error {
        Error::NotFound(name) => Fault::not_found(name),
        Error::RevisionNotFound(name) => Fault::not_found(name),
        Error::OrganizationNotFound(name) => Fault::not_found(name),
        Error::Stale(name) => Fault::etag_mismatch(name),
        Error::SettingsStale(owner) => Fault::etag_mismatch(owner),
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
        Error::SettingsOutOfDate { template, keys } => state(
            "SETTINGS_OUT_OF_DATE",
            "Some settings no longer fit the schema, which changed after they were given; give other values or remove them.",
        )
        .with("template", template)
        .with("settings", keys.join(",")),
        Error::SubscriptionNotOfPartner { subscription, partner } => state(
            "SUBSCRIPTION_NOT_OF_PARTNER",
            "This is no wholesale subscription of the partner, or it does not exist; name one that is mapped to the partner.",
        )
        .with("subscription", subscription)
        .with("organization", partner),
        Error::Archived(template) => state(
            "TEMPLATE_ARCHIVED",
            "The template is archived: unarchive it first, or use another one.",
        )
        .with("template", template),
        Error::Deleted(template) => {
            state("TEMPLATE_DELETED", "The template is deleted; undelete it first.").with("template", template)
        }
        Error::InUse { template, customers } => state(
            "TEMPLATE_IN_USE",
            "Customers are made with this template, so it cannot be deleted; archive it instead.",
        )
        .with("template", template)
        .with("customers", customers),
        Error::NothingToUndo(template) => {
            state("NOTHING_TO_UNDO", "There is nothing to take back: the template is not in that state.")
                .with("template", template)
        }
        Error::AlreadyPinned { customer, revision } => state(
            "CUSTOMER_ALREADY_PINNED",
            "The customer is made with another revision and keeps it until it is off-boarded.",
        )
        .with("customer", customer)
        .with("revision", revision),
        Error::NotPinned { revision } => {
            let revision = revision.to_string();
            Fault::new(Code::NotFound, reasons::NOT_FOUND, "The customer is not made with this revision.")
                .with("resource", &revision)
                .resource("revisions", &revision)
        }
        Error::SeveralApply(organization) => state(
            "SEVERAL_TEMPLATES_APPLY",
            "The organization is made with templates of several partners; name the revision that you mean.",
        )
        .with("organization", organization),
        Error::RevisionDenied => Fault::permission_denied("settings.get"),
        Error::UnknownProvisioningId => Fault::permission_denied("templates.resolve"),
        Error::BadPageToken => Fault::invalid_page_token(),
        Error::Peer(fault) => fault,
        Error::Db(fault) => database(fault),
    }
}

/// A refusal because of a state that something has.
fn state(reason: &'static str, message: &str) -> Fault {
    Fault::new(Code::FailedPrecondition, reason, message)
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
