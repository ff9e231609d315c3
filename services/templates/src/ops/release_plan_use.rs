//! Forgets that a customer or a user has a plan.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};

use super::offers::record_holder;
use crate::App;
use crate::error::Error;
use crate::model::offer::{Holder, OfferName, PlanUse};
use crate::model::plan::PlanName;
use crate::store::{op::Op, plan_use};

/// What is forgotten.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    mutation: &Mutation,
    name: &OfferName,
    plan: PlanName,
    holder: Holder,
) -> Result<PlanUse, Error> {
    app.store
        .mutate(Op::PlanUseRelease, ctx, mutation, async |c: &mut Conn| {
            let used = plan_use::plan_use_delete(c, name, plan, holder).await.map_err(Error::Db)?;
            let used = used.ok_or(Error::PlanNotHeld { plan, holder })?;
            record_holder(c, ctx, "reseller_offer.released", Some(&used), None).await?;
            Ok(used)
        })
        .await
}
