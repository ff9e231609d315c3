//! Takes plans out of an offer: they are neither ticked nor offered any more.

use std::collections::BTreeSet;

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::{Etag, OrganizationId};

use super::offers::{current_offer, free, of_tier, record_offer};
use crate::App;
use crate::error::Error;
use crate::model::offer::{Offer, OfferName};
use crate::model::plan::PlanName;
use crate::store::{offer, op::Op};

/// What is withdrawn.
pub struct Withdrawal {
    pub name: OfferName,
    /// The partner on the tier above that offers; none for the provider.
    pub offered_by: Option<OrganizationId>,
    pub etag: Etag,
    /// Empty for all.
    pub plans: BTreeSet<PlanName>,
}

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, withdrawal: Withdrawal) -> Result<Offer, Error> {
    let name = &withdrawal.name;
    // Offers of the tier below, and holders everywhere.
    let ctx = ctx.everywhere();
    app.store
        .mutate(Op::OfferWithdraw, &ctx, mutation, async |c: &mut Conn| {
            let before = current_offer(c, name, &withdrawal.etag).await?;
            of_tier(&before, withdrawal.offered_by)?;
            let all: BTreeSet<PlanName> = before.ticked.union(&before.offered).copied().collect();
            let missing: Vec<PlanName> = withdrawal.plans.difference(&all).copied().collect();
            if !missing.is_empty() {
                return Err(Error::PlanNotOffered { plans: missing, offer: name.clone() });
            }
            let gone = if withdrawal.plans.is_empty() { &all } else { &withdrawal.plans };
            if gone.is_empty() {
                return Ok(before);
            }
            let offered: Vec<PlanName> = before.offered.intersection(gone).copied().collect();
            free(c, name, &offered).await?;
            let after = Offer {
                ticked: before.ticked.difference(gone).copied().collect(),
                offered: before.offered.difference(gone).copied().collect(),
                ..before.clone()
            };
            let after = offer::offer_put(c, &after, false).await.map_err(Error::Db)?;
            record_offer(c, &ctx, "reseller_offer.withdrawn", Some(&before), &after).await?;
            Ok(after)
        })
        .await
}
