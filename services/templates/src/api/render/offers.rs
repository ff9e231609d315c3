//! Offers as messages.

use std::collections::BTreeSet;

use dialtone_ids::Etag;
use dialtone_proto::templates::v1 as wire;
use dialtone_proto::time::to_timestamp;

use super::catalogue::{customer_plan, user_plan};
use crate::model::offer::{Offer, PlanUse, State};
use crate::model::plan::{Kind, Plan, PlanName};

/// An offer.
pub(in crate::api) fn offer(offer: Offer) -> wire::ResellerOffer {
    let state = match offer.state() {
        State::Applied => wire::ResellerOfferState::Applied,
        State::Provisioned => wire::ResellerOfferState::Provisioned,
        State::ProvisionedWithChanges => wire::ResellerOfferState::ProvisionedWithChanges,
        State::Withdrawn => wire::ResellerOfferState::Withdrawn,
    };
    wire::ResellerOffer {
        name: offer.name.to_string(),
        offering: format!("offerings/{}", offer.name.offering),
        offered_by: offer.offered_by.map(|partner| partner.to_string()).unwrap_or_default(),
        state: state.into(),
        user_plans: names(&offer.ticked, Kind::User),
        customer_plans: names(&offer.ticked, Kind::Customer),
        offered_user_plans: names(&offer.offered, Kind::User),
        offered_customer_plans: names(&offer.offered, Kind::Customer),
        etag: Etag::of_version(offer.version).into_string(),
        create_time: Some(to_timestamp(offer.created)),
        update_time: Some(to_timestamp(offer.updated)),
        provision_time: offer.provisioned.map(to_timestamp),
    }
}

fn names(plans: &BTreeSet<PlanName>, kind: Kind) -> Vec<String> {
    plans.iter().filter(|plan| plan.kind == kind).map(ToString::to_string).collect()
}

/// A plan that can be given.
pub(in crate::api) fn offered(plan: Plan) -> wire::OfferedPlan {
    let plan = match plan.name.kind {
        Kind::User => wire::offered_plan::Plan::UserPlan(user_plan(plan)),
        Kind::Customer => wire::offered_plan::Plan::CustomerPlan(customer_plan(plan)),
    };
    wire::OfferedPlan { plan: Some(plan) }
}

/// Who has a plan.
pub(in crate::api) fn plan_use(used: PlanUse) -> wire::PlanUse {
    wire::PlanUse {
        offer: used.offer.to_string(),
        plan: used.plan.to_string(),
        holder: used.holder.to_string(),
        create_time: Some(to_timestamp(used.created)),
    }
}
