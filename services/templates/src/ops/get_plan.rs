//! Reads a plan.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use super::plans::found_plan;
use crate::App;
use crate::error::Error;
use crate::model::plan::{Plan, PlanName};
use crate::store::{op::Op, plan};

pub async fn run(app: &App, ctx: &Ctx, name: PlanName) -> Result<Plan, Error> {
    app.store
        .read(Op::PlanGet, ctx, async |c: &mut Conn| {
            plan::plan_get(c, name).await.map_err(|fault| found_plan(fault, name))
        })
        .await
}
