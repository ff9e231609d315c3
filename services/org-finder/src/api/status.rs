//! What each error of the service is on the wire: code, reason and metadata as `error_reason.proto` documents them.

use std::time::Duration;

use dialtone_db::DbFault;
use dialtone_ids::{OperationId, OperationName, OrganizationId};
use dialtone_status::{Code, Fault};

use crate::SERVICE;
use crate::error::Error;
use crate::model::challenge::{Unproven, record_name};
use crate::model::import::Issue;
use crate::model::lines::LONGEST_LINE;
use crate::model::lookalike::LookAlike;
use crate::model::merge::{Hindrance, Obstacle, Pair};

/// How long a caller is told to wait while the database is away.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// How long a caller is told to wait while the DNS gives no answer.
const LOOK_UP_AGAIN_AFTER: Duration = Duration::from_secs(30);

/// The fault of an error.
pub fn fault(error: Error) -> Fault {
    match error {
        Error::NotFound(name) => Fault::not_found(name),
        Error::Stale(name) => Fault::etag_mismatch(name),
        Error::LooksLikeExisting(alike) => looks_like_existing(&alike),
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
        Error::DomainClaimedElsewhere(domain) => Fault::new(
            Code::FailedPrecondition,
            "DOMAIN_CLAIMED_ELSEWHERE",
            "Another organization has claimed this domain or one above it; ask the provider's staff if it is yours.",
        )
        .with("domain", domain),
        Error::DomainNotVerified(domain) => Fault::new(
            Code::FailedPrecondition,
            "DOMAIN_NOT_VERIFIED",
            "Only a verified domain can be claimed; create its challenge record and call VerifyDomain.",
        )
        .with("domain", domain),
        Error::ChallengeUnproven { domain, why } => unproven(&domain, why),
        Error::DnsUnavailable { domain, why } => Fault::new(
            Code::Unavailable,
            "DNS_UNAVAILABLE",
            "The DNS gave no answer about the challenge record; verify again later.",
        )
        .with("record_name", record_name(&domain))
        .with("domain", domain)
        .with("cause", why.as_str())
        .retry_after(LOOK_UP_AGAIN_AFTER),
        Error::DomainLimitReached { organization, limit } => Fault::new(
            Code::ResourceExhausted,
            "DOMAIN_LIMIT_REACHED",
            format!("The organization has {limit} domains, which is the most; release one first."),
        )
        .with("organization", organization)
        .with("limit", limit)
        .quota(organization.to_string(), format!("at most {limit} domains")),
        Error::OrganizationInUse { organization, customers, active_people } => {
            in_use(organization, &customers, active_people)
        }
        Error::OrganizationNotDeleted(organization) => Fault::new(
            Code::AlreadyExists,
            "ORGANIZATION_NOT_DELETED",
            "The organization is not deleted, so there is nothing to take back.",
        )
        .with("organization", organization),
        Error::MergePlanStale(pair) => merge_plan_stale(pair),
        Error::MergeBlocked(pair, obstacles) => merge_blocked(pair, &obstacles),
        Error::MergeUnderWay { organization, operation } => merge_under_way(organization, operation),
        Error::NotMerged(organization) => Fault::new(
            Code::FailedPrecondition,
            "NOT_MERGED",
            "The organization was not merged into another, so there is nothing to take back.",
        )
        .with("organization", organization),
        Error::UndoWindowOver { organization, into } => Fault::new(
            Code::FailedPrecondition,
            "UNDO_WINDOW_OVER",
            "The merge is too old to be taken back; move what is needed by hand.",
        )
        .with("organization", organization)
        .with("merged_into", into),
        Error::MergeNotUndoable { organization, why, resource } => merge_not_undoable(organization, why, resource),
        Error::OrganizationMerged { organization, into } => {
            Fault::new(Code::NotFound, "ORGANIZATION_MERGED", "The organization was merged into another; use that one.")
                .with("organization", organization)
                .with("merged_into", into)
        }
        Error::PartnerNotLinked { partner, customer } => {
            let text = "The partner does not provision for this customer; link it first.";
            failed("PARTNER_NOT_LINKED", text).with("organization", partner).with("customer", customer)
        }
        Error::LinkIsReadOnly(link) => {
            let text =
                "Through its link the partner may only read; only who provisions can ask for full administration.";
            failed("LINK_IS_READ_ONLY", text).with("link", link)
        }
        Error::LinkHasFullAdmin(link) => {
            failed("LINK_HAS_FULL_ADMIN", "The partner administers this customer fully already.").with("link", link)
        }
        Error::SetupNotComplete { partner, customer } => {
            let text = "Full administration is asked for after set-up: complete the set-up of a subscription first.";
            failed("SETUP_NOT_COMPLETE", text).with("organization", partner).with("customer", customer)
        }
        Error::AccessRequestPending(request) => {
            let text = "The customer has not answered the partner's last request yet; wait for its answer.";
            failed("ACCESS_REQUEST_PENDING", text).with("request", request)
        }
        Error::AccessRequestExpired(request) => {
            failed("ACCESS_REQUEST_EXPIRED", "Nobody answered the request in time; ask again.").with("request", request)
        }
        Error::AccessRequestDecided { request, state } => {
            let text = "The request was answered before, or the link that it was about was removed.";
            failed("ACCESS_REQUEST_DECIDED", text).with("request", request).with("state", state.as_str())
        }
        Error::Denied(permission) => Fault::permission_denied(permission),
        Error::BadPageToken => Fault::invalid_page_token(),
        Error::Db(fault) => database(fault),
    }
}

fn failed(reason: &'static str, text: &'static str) -> Fault {
    Fault::new(Code::FailedPrecondition, reason, text)
}

fn unproven(domain: &str, why: Unproven) -> Fault {
    let record_name = record_name(domain);
    let refused = |reason, remedy: &str| {
        let fault = Fault::new(Code::FailedPrecondition, reason, format!("{remedy} {record_name}, then verify again."));
        fault.with("domain", domain).with("record_name", &record_name)
    };
    match why {
        Unproven::Missing => {
            refused("CHALLENGE_RECORD_MISSING", "Create the TXT record, or wait until it is published:")
        }
        Unproven::Mismatch(found) => {
            refused("CHALLENGE_MISMATCH", "Compare with GetDomainChallenge and correct the TXT record")
                .with("found_count", found)
        }
    }
}

fn in_use(organization: OrganizationId, customers: &[OrganizationId], active_people: i64) -> Fault {
    let names: Vec<_> = customers.iter().map(ToString::to_string).collect();
    let fault = Fault::new(
        Code::FailedPrecondition,
        "ORGANIZATION_IN_USE",
        "Others depend on the organization; unlink its customers and remove its people, or send force.",
    )
    .with("organization", organization)
    .with("customers", names.join(","))
    .with("active_people", active_people);
    let fault = names.into_iter().fold(fault, |fault, customer| {
        fault.precondition("NO_CUSTOMERS", customer, "unlink it, or link it to another partner")
    });
    if active_people == 0 {
        return fault;
    }
    fault.precondition("NO_ACTIVE_PEOPLE", organization.to_string(), "delete its users or move them elsewhere")
}

fn merge_plan_stale(pair: Pair) -> Fault {
    Fault::new(
        Code::Aborted,
        "MERGE_PLAN_STALE",
        "One of the organizations changed since the merge was planned; plan again, look, and send the new plan_hash.",
    )
    .with("survivor", pair.survivor)
    .with("duplicate", pair.duplicate)
}

fn merge_blocked(pair: Pair, obstacles: &[Obstacle]) -> Fault {
    let names: Vec<_> = obstacles.iter().map(|obstacle| obstacle.as_str()).collect();
    Fault::new(
        Code::FailedPrecondition,
        "MERGE_BLOCKED",
        "The organizations cannot be merged as they are; remove what the plan names as obstacles first.",
    )
    .with("survivor", pair.survivor)
    .with("duplicate", pair.duplicate)
    .with("obstacles", names.join(","))
}

fn merge_under_way(organization: OrganizationId, operation: OperationId) -> Fault {
    Fault::new(
        Code::FailedPrecondition,
        "MERGE_UNDER_WAY",
        "The organization is part of a merge that is under way; wait for its operation, or cancel it.",
    )
    .with("organization", organization)
    .with("operation", OperationName::new(SERVICE, operation))
}

fn merge_not_undoable(organization: OrganizationId, why: Hindrance, resource: String) -> Fault {
    let remedy = match why {
        Hindrance::LaterMerge => "The survivor was part of another merge since; take that one back first.",
        Hindrance::SurvivorDeleted => "The survivor is deleted; undelete it first.",
        Hindrance::DomainClaimed => "Another organization has claimed a domain since; have it released first.",
    };
    Fault::new(Code::FailedPrecondition, "MERGE_NOT_UNDOABLE", remedy)
        .with("organization", organization)
        .with("obstacle", why.as_str())
        .with("resource", resource)
}

fn looks_like_existing(alike: &[LookAlike]) -> Fault {
    let names: Vec<_> = alike.iter().map(|alike| alike.organization.to_string()).collect();
    let scores: Vec<_> = alike.iter().map(|alike| format!("{:.2}", f64::from(alike.score) / 1e6)).collect();
    Fault::new(
        Code::AlreadyExists,
        "LOOKS_LIKE_EXISTING",
        "Other organizations look the same; choose one of them, or send allow_duplicate.",
    )
    .with("organizations", names.join(","))
    .with("scores", scores.join(","))
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
