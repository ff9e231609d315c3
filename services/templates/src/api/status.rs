//! What each error of the service is on the wire: code, reason and metadata as `error_reason.proto` documents them.

use std::time::Duration;

use dialtone_db::DbFault;
use dialtone_status::{Code, Fault, Violation, reasons};

use crate::error::Error;

/// How long a caller is told to wait while the database is away.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How many names a refusal tells at most.
const NAMED: usize = 20;

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
            "Templates, plans and offers are for organizations with the role PARTNER; give it that role first.",
        )
        .with("organization", organization.to_string()),
        Error::NotTheTierAbove { above, partner } => Fault::invalid_fields(vec![Violation {
            field: "offered_by".to_owned(),
            rule: "offered_by.above",
            description: format!("{above} is not linked to {partner} as its partner; name the tier above it"),
        }]),
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
        Error::EntryNotFound(name) => Fault::not_found(name),
        Error::PlanNotFound(name) => Fault::not_found(name),
        Error::PlanStale(name) => Fault::etag_mismatch(name),
        Error::PlanUnfit { kind, misfits } => {
            Fault::invalid_fields(misfits.into_iter().map(|misfit| super::convert::plans::violation(kind, misfit)))
        }
        Error::OfferNotFound(name) => Fault::not_found(name),
        Error::OfferStale(name) => Fault::etag_mismatch(name),
        Error::OfferingWithoutPlans(id) => state(
            "OFFERING_WITHOUT_PLANS",
            "This is no hosted service that plans configure, or it is no longer sold; see ListOfferings.",
        )
        .with("offering", format!("offerings/{id}")),
        Error::PlanInUse { plans, holders } => state(
            "PLAN_IN_USE",
            "Customers or users have this plan; take it back from them first.",
        )
        .with("plans", first(&plans))
        .with("holders", holders.count)
        .with("holder_names", first(&holders.first)),
        Error::PlanOfferedBelow { plans, offers } => state(
            "PLAN_OFFERED_BELOW",
            "Partners below offer this plan; it has to be withdrawn there first.",
        )
        .with("plans", first(&plans))
        .with("offers", offers.count)
        .with("offer_names", first(&offers.first)),
        Error::PlanOffered { plan, offers } => {
            state("PLAN_OFFERED", "The plan stands in offers, so it cannot be deleted; withdraw it first.")
                .with("plans", plan)
                .with("offers", offers)
        }
        Error::PlansOutsideOffer { plans, offer } => state(
            "PLANS_OUTSIDE_OFFER",
            "These plans are not the tier above's to offer, or they do not exist; choose among those that it is offered.",
        )
        .with("plans", first(&plans))
        .with("offer", offer),
        Error::PlanNotOffered { plans, offer } => {
            state("PLAN_NOT_OFFERED", "The offer has no such plan; choose one that is offered.")
                .with("plans", first(&plans))
                .with("offer", offer)
        }
        Error::TelephonyNotAllowed { plan, against, holders } => state(
            "TELEPHONY_NOT_ALLOWED",
            "The customer's plan does not allow what the user plan can do; give another plan, or take the others back first.",
        )
        .with("plan", plan)
        .with("plans", first(&against))
        .with("holders", holders),
        Error::OfferOfAnotherTier(offer) => state(
            "OFFER_OF_ANOTHER_TIER",
            "Another tier offers this to the partner; it has to withdraw everything before another can.",
        )
        .with("offer", offer),
        Error::NothingToProvision(offer) => {
            state("NOTHING_TO_PROVISION", "What is ticked is offered already; apply other ticks first.")
                .with("offer", offer)
        }
        Error::PlanNotHeld { plan, holder } => {
            let plan = plan.to_string();
            Fault::new(Code::NotFound, reasons::NOT_FOUND, format!("{holder} has not this plan by this offer."))
                .with("resource", &plan)
                .resource("plans", &plan)
        }
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

/// The first of many names, separated by commas: a refusal travels in a trailer, which has no room for all.
fn first<T: ToString>(names: &[T]) -> String {
    names.iter().take(NAMED).map(ToString::to_string).collect::<Vec<_>>().join(",")
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
