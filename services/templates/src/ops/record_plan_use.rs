//! Notes that a customer or a user is given a plan, which only an offered one can be.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Mutation, TxContext as _};

use super::offers::record_holder;
use super::plans::{allowed_together, must_take_plans};
use crate::App;
use crate::error::Error;
use crate::model::offer::{Holder, OfferName, PlanUse};
use crate::model::plan::PlanName;
use crate::store::{offer, op::Op, plan, plan_use};

pub async fn run(
    app: &App,
    ctx: &Ctx,
    mutation: &Mutation,
    name: &OfferName,
    plan: PlanName,
    holder: Holder,
) -> Result<PlanUse, Error> {
    // The plan may be of any tier above.
    let ctx = ctx.everywhere();
    app.store
        .mutate(Op::PlanUseRecord, &ctx, mutation, async |c: &mut Conn| {
            if let Some(same) = plan_use::plan_use_get(c, name, plan, holder).await.map_err(Error::Db)? {
                return Ok(same);
            }
            must_take_plans(c, &name.offering).await?;
            // Held, so that it is not withdrawn at the same moment; whoever withdraws it counts after us. The plan itself, too, so that
            // what its users can do does not change.
            let held = offer::offer_plans_hold(c, name, &[plan]).await.map_err(Error::Db)?;
            let given = if held.is_empty() { None } else { plan::plan_hold(c, plan).await.map_err(Error::Db)? };
            let given = given.ok_or_else(|| Error::PlanNotOffered { plans: vec![plan], offer: name.clone() })?;
            allowed_together(c, &given, holder.organization()).await?;
            let made = plan_use::plan_use_insert(c, name, plan, holder, ctx.actor()).await.map_err(Error::Db)?;
            // Another request was quicker: run again and find what it noted.
            let used = made.ok_or(Error::Db(DbFault::Serialization))?;
            record_holder(c, &ctx, "reseller_offer.used", None, Some(&used)).await?;
            Ok(used)
        })
        .await
}
