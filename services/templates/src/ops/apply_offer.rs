//! Saves which plans of an offer are ticked. Nothing is offered by that.

use std::collections::BTreeSet;

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Mutation};
use dialtone_ids::{Etag, OrganizationId};

use super::offers::{inside, of_tier, record_offer};
use super::plans::must_take_plans;
use super::{must_be_partner, unless_repeated};
use crate::App;
use crate::error::Error;
use crate::model::offer::{Offer, OfferName};
use crate::model::plan::PlanName;
use crate::store::{offer, op::Op};

/// What is ticked.
pub struct Ticks {
    pub name: OfferName,
    /// The partner on the tier above that offers; none for the provider.
    pub offered_by: Option<OrganizationId>,
    /// Empty where there is no offer yet.
    pub etag: Etag,
    /// All of them.
    pub plans: BTreeSet<PlanName>,
}

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, ticks: Ticks) -> Result<Offer, Error> {
    let name = &ticks.name;
    if let Err(refusal) = may_be_offered(app, ctx, &ticks).await {
        return unless_repeated(app, Op::OfferApply, ctx, mutation, refusal).await;
    }
    // Plans and offers of the tiers above; what is read of them is told to nobody.
    let ctx = ctx.everywhere();
    app.store
        .mutate(Op::OfferApply, &ctx, mutation, async |c: &mut Conn| {
            let found = offer::offer_get_locked(c, name).await.map_err(Error::Db)?;
            let known = found.as_ref().map_or(ticks.etag.is_empty(), |offer| ticks.etag.matches(offer.version));
            if !known {
                return Err(Error::OfferStale(name.clone()));
            }
            must_take_plans(c, &name.offering).await?;
            let before = match &found {
                Some(offer) => offer.clone(),
                None => {
                    let made = offer::offer_insert(c, name, ticks.offered_by).await.map_err(Error::Db)?;
                    // Another request was quicker: run again and look at what it made.
                    made.ok_or(Error::Db(DbFault::Serialization))?
                }
            };
            // What is empty can be taken up by another tier.
            if !before.ticked.is_empty() || !before.offered.is_empty() {
                of_tier(&before, ticks.offered_by)?;
            }
            inside(c, name, ticks.offered_by, &ticks.plans).await?;
            let after = Offer { ticked: ticks.plans.clone(), offered_by: ticks.offered_by, ..before };
            let after = match offer::offer_put(c, &after, false).await {
                // A plan was deleted in between: run again and find it missing.
                Err(DbFault::ForeignKey { .. }) => return Err(Error::Db(DbFault::Serialization)),
                stored => stored.map_err(Error::Db)?,
            };
            record_offer(c, &ctx, "reseller_offer.applied", found.as_ref(), &after).await?;
            Ok(after)
        })
        .await
}

/// Refuses an organization that may not resell, and a tier that is not above it: whoever administers a partner administers those below
/// it, too, and could otherwise pass on to the partner what somebody else offers to one of them.
async fn may_be_offered(app: &App, ctx: &Ctx, ticks: &Ticks) -> Result<(), Error> {
    let partner = ticks.name.partner;
    must_be_partner(app, ctx, partner).await?;
    let Some(above) = ticks.offered_by else { return Ok(()) };
    let linked = app.org_finder.is_linked(ctx, above, partner).await.map_err(Error::Peer)?;
    if linked { Ok(()) } else { Err(Error::NotTheTierAbove { above, partner }) }
}
