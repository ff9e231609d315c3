//! Offers what is ticked, and nothing else from then on.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::{Etag, OrganizationId};

use super::offers::{current_offer, free, inside, of_tier, record_offer};
use super::plans::must_take_plans;
use crate::App;
use crate::error::Error;
use crate::model::offer::{Offer, OfferName};
use crate::model::plan::PlanName;
use crate::store::{offer, op::Op};

pub async fn run(
    app: &App,
    ctx: &Ctx,
    mutation: &Mutation,
    name: &OfferName,
    offered_by: Option<OrganizationId>,
    etag: Etag,
) -> Result<Offer, Error> {
    // Plans and offers of the tiers above and below, and holders everywhere.
    let ctx = ctx.everywhere();
    app.store
        .mutate(Op::OfferProvision, &ctx, mutation, async |c: &mut Conn| {
            let before = current_offer(c, name, &etag).await?;
            of_tier(&before, offered_by)?;
            if before.ticked == before.offered {
                return Err(Error::NothingToProvision(name.clone()));
            }
            if !before.ticked.is_subset(&before.offered) {
                must_take_plans(c, &name.offering).await?;
            }
            // They were when they were ticked, and the tier above goes on.
            inside(c, name, offered_by, &before.ticked).await?;
            let gone: Vec<PlanName> = before.offered.difference(&before.ticked).copied().collect();
            free(c, name, &gone).await?;
            let after = Offer { offered: before.ticked.clone(), ..before.clone() };
            let after = offer::offer_put(c, &after, true).await.map_err(Error::Db)?;
            record_offer(c, &ctx, "reseller_offer.provisioned", Some(&before), &after).await?;
            Ok(after)
        })
        .await
}
