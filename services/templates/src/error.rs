//! Why an operation of this service was refused or failed, by meaning. Knows neither the wire nor the database's words.

use dialtone_db::{DbFault, TxError};
use dialtone_ids::{OrganizationId, SubscriptionId, TemplateName};
use dialtone_status::Fault;
use uuid::Uuid;

use crate::model::offer::{Holder, InTheWay, OfferName};
use crate::model::plan::{Kind, Misfit, PlanName};
use crate::model::revision::RevisionName;
use crate::model::setting::Owner;

/// One variant per meaning.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The template is not there, said to somebody who may know.
    #[error("template not found")]
    NotFound(TemplateName),
    /// The revision is not there, said to somebody who may know.
    #[error("revision not found")]
    RevisionNotFound(RevisionName),
    /// The organization is not there, said to somebody who may know.
    #[error("organization not found")]
    OrganizationNotFound(OrganizationId),
    /// The template changed since it was read.
    #[error("template changed since it was read")]
    Stale(TemplateName),
    /// The settings changed since they were read.
    #[error("settings changed since they were read")]
    SettingsStale(Owner),
    /// Templates belong to partners.
    #[error("not a partner")]
    NotAPartner(OrganizationId),
    /// Whoever offers is the partner's partner.
    #[error("not the tier above")]
    NotTheTierAbove { above: OrganizationId, partner: OrganizationId },
    /// There is nothing new since the newest revision.
    #[error("nothing to submit")]
    NothingToSubmit { template: TemplateName, revision: i32 },
    /// Values of the draft no longer fit the schema.
    #[error("settings no longer fit the schema")]
    SettingsOutOfDate { template: TemplateName, keys: Vec<String> },
    /// No wholesale subscription of this partner.
    #[error("not a wholesale subscription of the partner")]
    SubscriptionNotOfPartner { subscription: SubscriptionId, partner: OrganizationId },
    /// The template is closed.
    #[error("template is archived")]
    Archived(TemplateName),
    /// The template is deleted and can be undeleted.
    #[error("template is deleted")]
    Deleted(TemplateName),
    /// Customers are made with the template.
    #[error("template has customers")]
    InUse { template: TemplateName, customers: i64 },
    /// It is not deleted, or not archived.
    #[error("nothing to undo")]
    NothingToUndo(TemplateName),
    /// The customer is made with another revision of this partner.
    #[error("customer is made with another revision")]
    AlreadyPinned { customer: OrganizationId, revision: RevisionName },
    /// The customer is not made with this revision.
    #[error("customer is not made with this revision")]
    NotPinned { revision: RevisionName },
    /// The organization is made with templates of several partners, and none was named.
    #[error("several templates apply")]
    SeveralApply(OrganizationId),
    /// A revision that is neither the caller's nor the organization's.
    #[error("revision is not the caller's")]
    RevisionDenied,
    /// An id that nobody may resolve, or that does not exist.
    #[error("provisioning id is not the caller's")]
    UnknownProvisioningId,
    /// There is no such entry in the catalogue.
    #[error("no such entry in the catalogue")]
    EntryNotFound(String),
    /// The plan is not there, said to somebody who may know.
    #[error("plan not found")]
    PlanNotFound(PlanName),
    /// The plan changed since it was read.
    #[error("plan changed since it was read")]
    PlanStale(PlanName),
    /// Fields of a plan do not fit each other.
    #[error("fields of the plan do not fit each other")]
    PlanUnfit { kind: Kind, misfits: Vec<Misfit> },
    /// No offering that is sold and that plans configure.
    #[error("offering takes no plans")]
    OfferingWithoutPlans(String),
    /// Somebody has one of the plans.
    #[error("plan has holders")]
    PlanInUse { plans: Vec<PlanName>, holders: InTheWay<Holder> },
    /// The tier below offers one of the plans.
    #[error("plan is offered below")]
    PlanOfferedBelow { plans: Vec<PlanName>, offers: InTheWay<OfferName> },
    /// The plan stands in offers.
    #[error("plan stands in offers")]
    PlanOffered { plan: PlanName, offers: i64 },
    /// The tier above cannot offer these.
    #[error("plans outside the offer of the tier above")]
    PlansOutsideOffer { plans: Vec<PlanName>, offer: OfferName },
    /// The offer has no such plans.
    #[error("plan is not offered")]
    PlanNotOffered { plans: Vec<PlanName>, offer: OfferName },
    /// The customer's plan does not allow the telephony option of a user plan.
    #[error("telephony option is not allowed")]
    TelephonyNotAllowed { plan: PlanName, against: Vec<PlanName>, holders: i64 },
    /// The offer is not there, said to somebody who may know.
    #[error("offer not found")]
    OfferNotFound(OfferName),
    /// The offer changed since it was read.
    #[error("offer changed since it was read")]
    OfferStale(OfferName),
    /// Another tier offers.
    #[error("offer of another tier")]
    OfferOfAnotherTier(OfferName),
    /// What is ticked is offered already.
    #[error("nothing to provision")]
    NothingToProvision(OfferName),
    /// Somebody has not this plan.
    #[error("holder has not this plan")]
    PlanNotHeld { plan: PlanName, holder: Holder },
    /// The page token is of another list, or altered.
    #[error("bad page token")]
    BadPageToken,
    /// Another service refused or did not answer.
    #[error("peer: {0}")]
    Peer(Fault),
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
            | Self::RevisionNotFound(_)
            | Self::OrganizationNotFound(_)
            | Self::Stale(_)
            | Self::SettingsStale(_)
            | Self::NotAPartner(_)
            | Self::NotTheTierAbove { .. }
            | Self::NothingToSubmit { .. }
            | Self::SettingsOutOfDate { .. }
            | Self::SubscriptionNotOfPartner { .. }
            | Self::Archived(_)
            | Self::Deleted(_)
            | Self::InUse { .. }
            | Self::NothingToUndo(_)
            | Self::AlreadyPinned { .. }
            | Self::NotPinned { .. }
            | Self::SeveralApply(_)
            | Self::RevisionDenied
            | Self::UnknownProvisioningId
            | Self::EntryNotFound(_)
            | Self::PlanNotFound(_)
            | Self::PlanStale(_)
            | Self::PlanUnfit { .. }
            | Self::OfferingWithoutPlans(_)
            | Self::PlanInUse { .. }
            | Self::PlanOfferedBelow { .. }
            | Self::PlanOffered { .. }
            | Self::PlansOutsideOffer { .. }
            | Self::PlanNotOffered { .. }
            | Self::TelephonyNotAllowed { .. }
            | Self::OfferNotFound(_)
            | Self::OfferStale(_)
            | Self::OfferOfAnotherTier(_)
            | Self::NothingToProvision(_)
            | Self::PlanNotHeld { .. }
            | Self::BadPageToken
            | Self::Peer(_) => None,
        }
    }

    fn request_id_reused(id: Uuid) -> Self {
        Self::Db(DbFault::RequestIdReused(id))
    }
}
