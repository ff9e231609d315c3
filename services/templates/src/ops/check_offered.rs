//! Says whether a partner can give a plan.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use crate::App;
use crate::error::Error;
use crate::model::offer::OfferName;
use crate::model::plan::PlanName;
use crate::store::{offer, offering, op::Op};

/// Whether it is offered now.
pub async fn run(app: &App, ctx: &Ctx, name: &OfferName, plan: PlanName) -> Result<bool, Error> {
    app.store
        .read(Op::OfferCheck, ctx, async |c: &mut Conn| {
            Ok(offering::offering_takes_plans(c, &name.offering).await? && offer::offer_has(c, name, plan).await?)
        })
        .await
        .map_err(Error::Db)
}
