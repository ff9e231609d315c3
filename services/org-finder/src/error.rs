//! Why an operation of this service was refused or failed, by meaning. Knows neither the wire nor the database's words.

use dialtone_db::{DbFault, TxError};
use dialtone_ids::{AccessRequestName, OperationId, OrganizationId, PartnerLinkName};
use dialtone_status::Fault;

use crate::model::access_request::State as RequestState;
use crate::model::challenge::{NoAnswer, Unproven};
use crate::model::import::Issue;
use crate::model::lookalike::LookAlike;
use crate::model::merge::{Hindrance, Obstacle, Pair};

/// One variant per meaning.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The resource of this name is not there, said to somebody who may know.
    #[error("{0} not found")]
    NotFound(String),
    /// The resource of this name changed since it was read.
    #[error("{0} changed since it was read")]
    Stale(String),
    /// Other organizations look the same; at most ten of them.
    #[error("looks like existing organizations")]
    LooksLikeExisting(Vec<LookAlike>),
    /// The organization cannot be a partner in a link.
    #[error("not a partner")]
    NotAPartner(OrganizationId),
    /// The organization would become its own partner.
    #[error("link would cycle")]
    LinkWouldCycle { partner: OrganizationId, customer: OrganizationId },
    /// Lines of an import that takes all or nothing are bad.
    #[error("{refused} bad lines")]
    ImportRefused { refused: i64, issues: Vec<Issue> },
    /// An import did not begin with its options.
    #[error("import without options")]
    ImportOptionsMissing,
    /// A line of an import is longer than is taken.
    #[error("line {line} is too long")]
    LineTooLong { line: i64 },
    /// A report of activity did not begin with its options.
    #[error("report without options")]
    ActivityOptionsMissing,
    /// A message of an upload broke a rule, or the stream broke off.
    #[error("upload: {0}")]
    Upload(Fault),
    /// Another organization has claimed the domain or one above it.
    #[error("{0} is claimed elsewhere")]
    DomainClaimedElsewhere(String),
    /// Only a verified domain can be claimed.
    #[error("{0} is not verified")]
    DomainNotVerified(String),
    /// The look-up of a domain's challenge proves nothing.
    #[error("{domain}: {why:?}")]
    ChallengeUnproven { domain: String, why: Unproven },
    /// The look-up of a domain's challenge had no answer.
    #[error("{domain}: {why:?}")]
    DnsUnavailable { domain: String, why: NoAnswer },
    /// The organization has as many domains as it may.
    #[error("{organization} has {limit} domains")]
    DomainLimitReached { organization: OrganizationId, limit: i64 },
    /// Others depend on the organization: it provisions for these, at most ten of them, and so many people are active.
    #[error("{organization} is in use")]
    OrganizationInUse { organization: OrganizationId, customers: Vec<OrganizationId>, active_people: i64 },
    /// There is no deletion to take back.
    #[error("{0} is not deleted")]
    OrganizationNotDeleted(OrganizationId),
    /// One of the organizations changed since their merge was planned.
    #[error("another plan by now")]
    MergePlanStale(Pair),
    /// The organizations cannot be merged as they are.
    #[error("merge blocked: {1:?}")]
    MergeBlocked(Pair, Vec<Obstacle>),
    /// The organization is part of a merge that is under way.
    #[error("a merge is under way")]
    MergeUnderWay { organization: OrganizationId, operation: OperationId },
    /// The organization was not merged into another.
    #[error("{0} was not merged")]
    NotMerged(OrganizationId),
    /// The merge is too old to be taken back.
    #[error("{organization} was merged too long ago")]
    UndoWindowOver { organization: OrganizationId, into: OrganizationId },
    /// Something stands in the way of taking the merge back.
    #[error("merge cannot be undone: {why:?} {resource}")]
    MergeNotUndoable { organization: OrganizationId, why: Hindrance, resource: String },
    /// The organization was merged into another.
    #[error("{organization} was merged into {into}")]
    OrganizationMerged { organization: OrganizationId, into: OrganizationId },
    /// The partner does not provision for the customer.
    #[error("{partner} is not linked to {customer}")]
    PartnerNotLinked { partner: OrganizationId, customer: OrganizationId },
    /// Through the link the partner may only read.
    #[error("{0} is read-only")]
    LinkIsReadOnly(PartnerLinkName),
    /// The partner administers the customer fully already.
    #[error("{0} has full administration")]
    LinkHasFullAdmin(PartnerLinkName),
    /// No subscription that the partner set up for the customer is active.
    #[error("no set-up of {partner} for {customer} is complete")]
    SetupNotComplete { partner: OrganizationId, customer: OrganizationId },
    /// The customer has not answered this request yet.
    #[error("{0} is pending")]
    AccessRequestPending(AccessRequestName),
    /// Nobody answered the request in time.
    #[error("{0} has expired")]
    AccessRequestExpired(AccessRequestName),
    /// The request was answered or cancelled before.
    #[error("{request} is {state:?}")]
    AccessRequestDecided { request: AccessRequestName, state: RequestState },
    /// The caller has not this permission: known only after something was read.
    #[error("no permission {0}")]
    Denied(&'static str),
    /// The page token is of another list, or altered.
    #[error("bad page token")]
    BadPageToken,
    /// The database failed.
    #[error("database: {0}")]
    Db(DbFault),
}

impl TxError for Error {
    fn from_fault(fault: DbFault) -> Self {
        Self::Db(fault)
    }

    fn fault(&self) -> Option<&DbFault> {
        match self {
            Self::Db(fault) => Some(fault),
            Self::NotFound(_)
            | Self::Stale(_)
            | Self::LooksLikeExisting(_)
            | Self::NotAPartner(_)
            | Self::LinkWouldCycle { .. }
            | Self::ImportRefused { .. }
            | Self::ImportOptionsMissing
            | Self::ActivityOptionsMissing
            | Self::LineTooLong { .. }
            | Self::Upload(_)
            | Self::DomainClaimedElsewhere(_)
            | Self::DomainNotVerified(_)
            | Self::ChallengeUnproven { .. }
            | Self::DnsUnavailable { .. }
            | Self::DomainLimitReached { .. }
            | Self::OrganizationInUse { .. }
            | Self::OrganizationNotDeleted(_)
            | Self::MergePlanStale(_)
            | Self::MergeBlocked(..)
            | Self::MergeUnderWay { .. }
            | Self::NotMerged(_)
            | Self::UndoWindowOver { .. }
            | Self::MergeNotUndoable { .. }
            | Self::OrganizationMerged { .. }
            | Self::PartnerNotLinked { .. }
            | Self::LinkIsReadOnly(_)
            | Self::LinkHasFullAdmin(_)
            | Self::SetupNotComplete { .. }
            | Self::AccessRequestPending(_)
            | Self::AccessRequestExpired(_)
            | Self::AccessRequestDecided { .. }
            | Self::Denied(_)
            | Self::BadPageToken => None,
        }
    }
}
