//! Deletes a plan that nobody has and nobody is offered.

use dialtone_authz::Ctx;
use dialtone_db::{Cas, Conn, DbFault, Mutation};
use dialtone_ids::Etag;

use super::plans::{Happened, current_plan, record_plan, unheld};
use crate::App;
use crate::error::Error;
use crate::model::plan::{Plan, PlanName};
use crate::store::{offer, op::Op, plan};

/// What was deleted.
pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, name: PlanName, etag: Etag) -> Result<Plan, Error> {
    // Who has it and who is offered it are other organizations.
    let ctx = ctx.everywhere();
    app.store
        .mutate(Op::PlanDelete, &ctx, mutation, async |c: &mut Conn| {
            let before = current_plan(c, name, &etag).await?;
            unheld(c, name).await?;
            let offers = offer::offer_count_with(c, name).await.map_err(Error::Db)?;
            if offers > 0 {
                return Err(Error::PlanOffered { plan: name, offers });
            }
            match plan::plan_delete_if(c, name, before.version).await {
                Ok(Cas::Updated(())) => {}
                Ok(Cas::Stale) => return Err(Error::PlanStale(name)),
                Ok(Cas::Missing) => return Err(Error::PlanNotFound(name)),
                // It was ticked in between: run again and find where.
                Err(DbFault::ForeignKey { .. }) => return Err(Error::Db(DbFault::Serialization)),
                Err(fault) => return Err(Error::Db(fault)),
            }
            record_plan(c, &ctx, Happened::Deleted, Some(&before), None).await?;
            Ok(before)
        })
        .await
}
