//! What each error of the service is on the wire: code, reason and metadata as `error_reason.proto` documents them.

use std::time::Duration;

use dialtone_db::DbFault;
use dialtone_ids::OrderId;
use dialtone_status::{Code, Fault};

use crate::error::Error;
use crate::model::case::Refusal;

/// How long a caller is told to wait while the database is away.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The fault of an error.
pub(super) fn fault(error: Error) -> Fault {
    match error {
        // The caller was let in a moment ago: it changed hands since.
        Error::NotFound => Fault::conflict(),
        Error::Stale(name) => Fault::etag_mismatch(name),
        Error::OrderExists(number) => {
            Fault::new(Code::AlreadyExists, "ORDER_EXISTS", "You have placed an order of this number; give it another.")
                .with("order_number", number)
        }
        Error::LinkInvalid => Fault::new(
            Code::InvalidArgument,
            "LINK_INVALID",
            "This link is not one of ours, or was altered; open it exactly as it stands in the mail.",
        ),
        Error::LinkUsed(order) => {
            link("LINK_USED", "This link was opened before; ask your seller for a new one.", order)
        }
        Error::LinkExpired(order) => {
            link("LINK_EXPIRED", "This link is too old; ask your seller for a new one.", order)
        }
        Error::LinkReplaced(order) => {
            link("LINK_REPLACED", "A newer link took the place of this one; open that of the newest mail.", order)
        }
        Error::Refused(refusal) => refused(refusal),
        Error::NotAPartner(organization) => failed(
            "NOT_A_PARTNER",
            "The organization has not the role PARTNER; choose another, or give it that role first.",
        )
        .with("organization", organization),
        Error::LooksLikeExisting(organizations) => Fault::new(
            Code::AlreadyExists,
            "LOOKS_LIKE_EXISTING",
            "The new organization looks like existing ones; choose one of them, or send `allow_duplicate`.",
        )
        .with("organizations", organizations),
        Error::Invalid(violations) => Fault::invalid_fields(violations),
        Error::BadPageToken => Fault::invalid_page_token(),
        Error::NotChosen => Fault::internal("a mapping ended without its organization"),
        Error::Peer(fault) => fault,
        Error::Db(fault) => database(fault),
    }
}

fn failed(reason: &'static str, message: &str) -> Fault {
    Fault::new(Code::FailedPrecondition, reason, message)
}

fn link(reason: &'static str, message: &str, order: OrderId) -> Fault {
    failed(reason, message).with("order", order)
}

/// Where the case stands, and what would help.
fn refused(refusal: Refusal) -> Fault {
    match refusal {
        Refusal::SetupAlreadyBegun(state) => {
            failed("SETUP_ALREADY_BEGUN", "It is too late for this: an organization is mapped, or set-up has begun.")
                .with("state", state)
        }
        Refusal::WhoForNotAnswered(order) => {
            failed("WHO_FOR_NOT_ANSWERED", "Answer who it is for first, with AnswerWhoFor.").with("order", order)
        }
        Refusal::PartnerNotMapped(subscription) => {
            failed("PARTNER_NOT_MAPPED", "Map the partner first, with MapPartner.")
                .with("subscription", subscription)
                .precondition("PARTNER_MAPPED", subscription.to_string(), "call MapPartner first")
        }
        Refusal::AlreadyMapped(organization) => {
            failed("ALREADY_MAPPED", "It is mapped to an organization already.").with("organization", organization)
        }
        Refusal::NotForFlow(flow) => {
            failed("NOT_FOR_FLOW", "The flow of this order has no such step.").with("flow", flow)
        }
        Refusal::UnknownOrganization(organization) => failed(
            "UNKNOWN_ORGANIZATION",
            "This organization cannot be chosen here; take a match, a search result, or create one.",
        )
        .with("organization", organization),
        Refusal::MappingIncomplete(state) => {
            failed("MAPPING_INCOMPLETE", "Map the subscription to its organizations first.").with("state", state)
        }
        Refusal::NotPurchased(offering) => {
            failed("NOT_PURCHASED", "The order has no item of this service.").with("offering", offering)
        }
        Refusal::AlreadySetUp(offering) => {
            failed("ALREADY_SET_UP", "This service is set up already.").with("offering", offering)
        }
        Refusal::SetupInProgress(operation) => {
            failed("SETUP_IN_PROGRESS", "Another set-up is under way; wait for its operation to end.")
                .with("operation", operation)
        }
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
