//! The first step of a merge: all at once, the duplicate goes and everything of it but people is the survivor's.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};
use dialtone_ids::OperationId;
use serde_json::json;

use super::merge_organizations::still_agreed;
use super::{change, found, plan_merge};
use crate::error::Error;
use crate::model::merge::{Change, Outcome, Pair, Plan};
use crate::store::merge::{self, Merge};
use crate::store::merge_row::{self, Kind};
use crate::store::{merge_request, name_index, organization};

/// Refused, with nothing changed, if the plan is another one by now.
pub async fn run(c: &mut Conn, ctx: &Ctx, id: OperationId) -> Result<(), Error> {
    let merge = merge::merge_get(c, id).await.map_err(|fault| found(fault, id))?;
    let pair = Pair { survivor: merge.survivor, duplicate: merge.duplicate };
    let plan = plan_merge::draw(c, pair).await?;
    still_agreed(&plan, &merge.plan_hash)?;
    let before = organization::organization_get(c, merge.survivor).await.map_err(Error::Db)?;
    let gone = organization::organization_get(c, merge.duplicate).await.map_err(Error::Db)?;
    carry_out(c, &merge, &plan).await.map_err(Error::Db)?;
    let after = organization::organization_get(c, merge.survivor).await.map_err(Error::Db)?;
    name_index::index_remove(c, &gone).await.map_err(Error::Db)?;
    // It may have the roles of both.
    name_index::index_change(c, &before, &after).await.map_err(Error::Db)?;
    let story = json!({"from": merge.duplicate, "into": merge.survivor});
    let changes = vec![
        change(merge.survivor, merge.duplicate, "organization.merged", Some(gone.view()), Some(story)),
        change(merge.survivor, merge.survivor, "organization.updated", Some(before.view()), Some(after.view())),
    ];
    dialtone_events::record_changes(c, ctx, changes).await.map_err(Error::Db)
}

async fn carry_out(c: &mut Conn, merge: &Merge, plan: &Plan) -> Result<(), DbFault> {
    take(c, merge, Kind::Domain, &plan.domains).await?;
    take(c, merge, Kind::Grant, &plan.grants).await?;
    take(c, merge, Kind::Customer, &plan.customers).await?;
    take(c, merge, Kind::Partner, &plan.partners).await?;
    merge_request::requests_move(c, merge).await?;
    // After what the survivor gets of them is recorded, and before it gets that: a claim has one holder at each moment.
    merge_row::claims_lower(c, merge).await?;
    merge_row::survivor_record(c, merge, plan.roles.1).await?;
    for kind in [Kind::Domain, Kind::Grant, Kind::Customer, Kind::Partner, Kind::Organization] {
        merge_row::rows_raise(c, merge, kind).await?;
    }
    merge::merge_close(c, merge).await
}

async fn take<V: PartialEq>(c: &mut Conn, merge: &Merge, kind: Kind, changes: &[Change<V>]) -> Result<(), DbFault> {
    let (mut moving, mut raised) = (Vec::new(), Vec::new());
    for change in changes {
        match &change.outcome {
            Outcome::Moves => moving.push(change.key.clone()),
            Outcome::Combines { key, before, after } if before != after => {
                raised.push((key.clone(), change.key.clone()));
            }
            Outcome::Combines { .. } | Outcome::Drops => {}
        }
    }
    merge_row::rows_move(c, merge, kind, moving).await?;
    merge_row::rows_record(c, merge, kind, raised).await
}
