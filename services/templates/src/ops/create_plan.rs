//! Creates a plan of a hosted service, for a partner or for the provider.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use uuid::Uuid;

use super::plans::{Happened, fitting, must_take_plans, record_plan};
use super::{must_be_partner, unless_repeated};
use crate::App;
use crate::error::Error;
use crate::model::plan::{Content, Owner, Plan, PlanName};
use crate::store::{op::Op, plan};

pub async fn run(
    app: &App,
    ctx: &Ctx,
    mutation: &Mutation,
    owner: Owner,
    offering: &str,
    content: Content,
) -> Result<Plan, Error> {
    if let Owner::Organization(organization) = owner
        && let Err(refusal) = must_be_partner(app, ctx, organization).await
    {
        return unless_repeated(app, Op::PlanCreate, ctx, mutation, refusal).await;
    }
    let name = PlanName { owner, kind: content.kind(), id: Uuid::now_v7() };
    app.store
        .mutate(Op::PlanCreate, ctx, mutation, async |c: &mut Conn| {
            fitting(&content)?;
            must_take_plans(c, offering).await?;
            let plan = plan::plan_insert(c, name, offering, &content).await.map_err(Error::Db)?;
            record_plan(c, ctx, Happened::Created, None, Some(&plan)).await?;
            Ok(plan)
        })
        .await
}
