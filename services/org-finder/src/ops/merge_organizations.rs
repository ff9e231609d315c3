//! Accepts a merge that was planned: everything is checked, then the operation that merges is started.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_operations::{NewOperation, Started};
use serde_json::json;

use super::plan_merge;
use crate::App;
use crate::error::Error;
use crate::model::merge::{Pair, Plan};
use crate::store::{merge, merge_person, op::Op};

/// The kind of the operation, which is also the name of the RPC.
pub const KIND: &str = "MergeOrganizations";

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, pair: Pair, plan_hash: String) -> Result<Started, Error> {
    let started = app
        .store
        .mutate(Op::MergeStart, ctx, mutation, async |c: &mut Conn| {
            let plan = agreed(c, pair, &plan_hash).await?;
            let counted = merge_person::merge_person_count(c, pair.survivor, pair.duplicate).await;
            let (people, _) = counted.map_err(Error::Db)?;
            let operation = NewOperation {
                kind: KIND,
                organization: pair.survivor,
                target: pair.survivor.to_string(),
                // What is merged is a row of ours and no input: input may be replaced by whoever resumes a stuck operation.
                input: json!({}),
                units_total: people,
                parent: None,
            };
            let started = app.operations.start(c, ctx, operation).await.map_err(Error::Db)?;
            merge::merge_insert(c, started.name.id, pair.ids(), &plan.hash).await.map_err(Error::Db)?;
            Ok(started)
        })
        .await?;
    app.operations.wake();
    Ok(started)
}

/// The plan as it is now, if it is the one that was agreed to and can be carried out. Both organizations are locked.
async fn agreed(c: &mut Conn, pair: Pair, plan_hash: &str) -> Result<Plan, Error> {
    let plan = plan_merge::draw(c, pair).await?;
    if let Some((organization, operation)) = merge::merge_under_way(c, pair.ids()).await.map_err(Error::Db)? {
        return Err(Error::MergeUnderWay { organization, operation });
    }
    still_agreed(&plan, plan_hash)?;
    Ok(plan)
}

/// Refuses a plan that has become another one, or that cannot be carried out.
pub fn still_agreed(plan: &Plan, plan_hash: &str) -> Result<(), Error> {
    let pair = Pair { survivor: plan.survivor, duplicate: plan.duplicate };
    if plan.hash != plan_hash {
        return Err(Error::MergePlanStale(pair));
    }
    if plan.obstacles.is_empty() { Ok(()) } else { Err(Error::MergeBlocked(pair, plan.obstacles.clone())) }
}
