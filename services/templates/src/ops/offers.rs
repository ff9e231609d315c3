//! What the verbs of offers share.
//!
//! Locks: the offer, then plans of the offer above (shared), then its own plans by their ids. So whoever waits, waits for a tier above,
//! and there is no circle. Whoever gives a plan holds one row of the offer's plans and nothing else before it, then the plan,
//! then its customer (`allowed_together`), and waits for nothing after that.

use std::collections::BTreeSet;

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, history::Change};
use dialtone_ids::{Etag, OrganizationId};

use crate::error::Error;
use crate::model::offer::{Offer, OfferName, PlanUse};
use crate::model::plan::{Owner, PlanName};
use crate::store::{offer, plan, plan_use};

/// A missing offer, where the caller may know that it is missing.
pub(super) fn found_offer(fault: DbFault, name: &OfferName) -> Error {
    if fault == DbFault::NotFound { Error::OfferNotFound(name.clone()) } else { Error::Db(fault) }
}

/// The offer, locked, if it is there and as the caller saw it.
pub(super) async fn current_offer(c: &mut Conn, name: &OfferName, etag: &Etag) -> Result<Offer, Error> {
    let found = offer::offer_get_locked(c, name).await.map_err(Error::Db)?;
    let offer = found.ok_or_else(|| Error::OfferNotFound(name.clone()))?;
    if etag.matches(offer.version) { Ok(offer) } else { Err(Error::OfferStale(name.clone())) }
}

/// Refuses a tier that is not the one that offers.
pub(super) fn of_tier(offer: &Offer, offered_by: Option<OrganizationId>) -> Result<(), Error> {
    if offer.offered_by == offered_by { Ok(()) } else { Err(Error::OfferOfAnotherTier(offer.name.clone())) }
}

/// Refuses plans that the tier above cannot offer: a partner offers what it is offered itself, which it stays until the transaction
/// ends; the provider its own plans and those of the partner.
pub(super) async fn inside(
    c: &mut Conn,
    name: &OfferName,
    offered_by: Option<OrganizationId>,
    plans: &BTreeSet<PlanName>,
) -> Result<(), Error> {
    let asked: Vec<PlanName> = plans.iter().copied().collect();
    let may: Vec<PlanName> = match offered_by {
        Some(partner) => {
            let above = OfferName { partner, offering: name.offering.clone() };
            offer::offer_plans_hold(c, &above, &asked).await.map_err(Error::Db)?
        }
        None => {
            let own = [Owner::Provider, Owner::Organization(name.partner)];
            let known = plan::plan_known(c, &name.offering, &asked).await.map_err(Error::Db)?;
            known.into_iter().filter(|plan| own.contains(&plan.owner)).collect()
        }
    };
    let outside: Vec<PlanName> = asked.into_iter().filter(|plan| !may.contains(plan)).collect();
    if outside.is_empty() { Ok(()) } else { Err(Error::PlansOutsideOffer { plans: outside, offer: name.clone() }) }
}

/// Refuses to take these plans out while somebody has one by this offer, or the tier below offers one.
pub(super) async fn free(c: &mut Conn, name: &OfferName, plans: &[PlanName]) -> Result<(), Error> {
    if plans.is_empty() {
        return Ok(());
    }
    // Counted once the rows are ours: whoever gives one of them holds it, and sees that it is gone after us.
    offer::offer_plans_lock(c, name, plans).await.map_err(Error::Db)?;
    let holders = plan_use::plan_use_count_by(c, name, plans).await.map_err(Error::Db)?;
    if holders.count > 0 {
        let plans = offer::offer_plans_used(c, name, plans).await.map_err(Error::Db)?;
        return Err(Error::PlanInUse { plans, holders });
    }
    let offers = offer::offer_count_below(c, name, plans).await.map_err(Error::Db)?;
    if offers.count > 0 {
        let plans = offer::offer_plans_below(c, name, plans).await.map_err(Error::Db)?;
        return Err(Error::PlanOfferedBelow { plans, offers });
    }
    Ok(())
}

/// Appends a change of an offer to history and events.
pub(super) async fn record_offer(
    c: &mut Conn,
    ctx: &Ctx,
    verb: &'static str,
    before: Option<&Offer>,
    after: &Offer,
) -> Result<(), Error> {
    let change = Change {
        tenant: Some(after.name.partner.uuid()),
        resource: after.name.to_string(),
        verb,
        before: before.map(Offer::view),
        after: Some(after.view()),
    };
    dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)
}

/// Appends a change of who has a plan to history and events.
pub(super) async fn record_holder(
    c: &mut Conn,
    ctx: &Ctx,
    verb: &'static str,
    before: Option<&PlanUse>,
    after: Option<&PlanUse>,
) -> Result<(), Error> {
    let Some(offer) = before.or(after).map(|used| &used.offer) else { return Ok(()) };
    let change = Change {
        tenant: Some(offer.partner.uuid()),
        resource: offer.to_string(),
        verb,
        before: before.map(PlanUse::view),
        after: after.map(PlanUse::view),
    };
    dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)
}
