//! Edits a plan. Who has it keeps it, with what it says from now on.

use dialtone_authz::Ctx;
use dialtone_db::{Cas, Conn, Mutation};
use dialtone_ids::Etag;

use super::plans::{Happened, current_plan, fitting, record_plan, unheld};
use crate::App;
use crate::error::Error;
use crate::model::plan::{Content, Plan, PlanName};
use crate::store::{op::Op, plan};

/// What to change.
pub struct Edit {
    pub name: PlanName,
    pub etag: Etag,
    /// New values.
    pub content: Content,
    /// Fields to take over from `content`.
    pub mask: Vec<String>,
}

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, edit: Edit) -> Result<Plan, Error> {
    let name = edit.name;
    // Its holders are other organizations'; only how many is looked at here.
    let ctx = ctx.everywhere();
    app.store
        .mutate(Op::PlanUpdate, &ctx, mutation, async |c: &mut Conn| {
            let before = current_plan(c, name, &edit.etag).await?;
            let mut content = before.content.clone();
            content.apply(&edit.content, &edit.mask);
            fitting(&content)?;
            let restricts = content.restricts(&before.content);
            if restricts {
                // Whoever has many holders is refused before anybody waits for the row.
                unheld(c, name).await?;
            }
            let after = match plan::plan_update_if(c, name, before.version, &content).await.map_err(Error::Db)? {
                Cas::Updated(plan) => plan,
                Cas::Stale => return Err(Error::PlanStale(name)),
                Cas::Missing => return Err(Error::PlanNotFound(name)),
            };
            if restricts {
                // Again once the row is ours: whoever gives the plan holds it, and sees the change after us.
                unheld(c, name).await?;
            }
            record_plan(c, &ctx, Happened::Updated, Some(&before), Some(&after)).await?;
            Ok(after)
        })
        .await
}
