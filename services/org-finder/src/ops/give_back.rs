//! Takes back what a merge changed, by its record. The rule: what went over to the survivor returns as it is now, and what was
//! removed since stays removed; a value that the merge raised falls back, unless it was changed since; what the survivor got since
//! stays with it.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};
use dialtone_ids::OperationId;
use serde_json::json;

use super::change;
use crate::error::Error;
use crate::model::organization::Organization;
use crate::store::merge::{self, Merge, Stage};
use crate::store::merge_row::{self, Kind};
use crate::store::{merge_person, name_index, organization, partner_link};

/// Rows of one statement.
const AT_ONCE: usize = 5_000;

/// At most `limit` people return; how many.
pub async fn people(c: &mut Conn, id: OperationId, limit: usize) -> Result<usize, DbFault> {
    let merge = merge::merge_get(c, id).await?;
    merge::standing_lock(c, [merge.survivor, merge.duplicate]).await?;
    merge_row::rows_return(c, &merge, Kind::Person, limit as i64).await
}

/// Everything returns that has not yet, the duplicate is an organization of its own again, and the merge is forgotten. Nothing for
/// one that had changed nothing.
pub async fn all(c: &mut Conn, ctx: &Ctx, id: OperationId) -> Result<(), Error> {
    partner_link::partner_link_lock(c).await.map_err(Error::Db)?;
    let merge = match merge::merge_get(c, id).await {
        Ok(merge) => merge,
        Err(DbFault::NotFound) => return Ok(()),
        Err(fault) => return Err(Error::Db(fault)),
    };
    merge::standing_lock(c, [merge.survivor, merge.duplicate]).await.map_err(Error::Db)?;
    if merge.stage == Stage::Planned {
        return merge::merge_delete(c, id).await.map_err(Error::Db);
    }
    let before = survivor(c, &merge).await?;
    rows(c, &merge).await.map_err(Error::Db)?;
    let story = json!({"from": merge.survivor, "into": merge.duplicate});
    let mut changes = vec![change(merge.survivor, merge.duplicate, "organization.merge_undone", None, Some(story))];
    if let Some((before, after)) = before.zip(survivor(c, &merge).await?) {
        name_index::index_change(c, &before, &after).await.map_err(Error::Db)?;
        let (before, after) = (Some(before.view()), Some(after.view()));
        changes.push(change(merge.survivor, merge.survivor, "organization.updated", before, after));
    }
    dialtone_events::record_changes(c, ctx, changes).await.map_err(Error::Db)
}

/// None if it was deleted while the merge was under way.
async fn survivor(c: &mut Conn, merge: &Merge) -> Result<Option<Organization>, Error> {
    match organization::organization_get(c, merge.survivor).await {
        Ok(survivor) => Ok(Some(survivor)),
        Err(DbFault::NotFound) => Ok(None),
        Err(fault) => Err(Error::Db(fault)),
    }
}

async fn rows(c: &mut Conn, merge: &Merge) -> Result<(), DbFault> {
    for kind in Kind::MOVING {
        while merge_row::rows_return(c, merge, kind, AT_ONCE as i64).await? == AT_ONCE {}
    }
    for kind in Kind::MOVING.into_iter().chain([Kind::Organization]) {
        while merge_row::rows_lower(c, merge, kind, merge.survivor).await? > 0 {}
    }
    // After the survivor's: a claim has one holder at each moment.
    while merge_row::rows_lower(c, merge, Kind::DomainBehind, merge.duplicate).await? > 0 {}
    merge::merge_reopen(c, merge).await?;
    let back = organization::organization_get(c, merge.duplicate).await?;
    name_index::index_return(c, &back).await?;
    merge_person::activity_recount(c, [merge.survivor, merge.duplicate]).await?;
    merge::merge_delete(c, merge.id).await
}
