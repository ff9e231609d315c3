//! Takes a merge back within its window.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::OrganizationId;

use super::give_back;
use crate::App;
use crate::error::Error;
use crate::model::merge::Hindrance;
use crate::model::organization::Organization;
use crate::model::standing::Standing;
use crate::store::merge::{self, Merge, Stage};
use crate::store::{op::Op, organization, partner_link};

/// In one transaction: readers see all of it or nothing, and nobody's rows are between two organizations.
pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, name: OrganizationId) -> Result<Organization, Error> {
    app.store
        .mutate(Op::MergeUndo, ctx, mutation, async |c: &mut Conn| {
            let merge = undoable(c, name).await?;
            give_back::all(c, ctx, merge.id).await?;
            organization::organization_get(c, name).await.map_err(Error::Db)
        })
        .await
}

/// The merge of this duplicate, if nothing stands in the way. Both organizations are locked.
async fn undoable(c: &mut Conn, duplicate: OrganizationId) -> Result<Merge, Error> {
    // Before the organizations, as everybody takes these locks.
    partner_link::partner_link_lock(c).await.map_err(Error::Db)?;
    let merge = merge::merge_of(c, duplicate).await.map_err(Error::Db)?;
    let survivor = merge.as_ref().map_or(duplicate, |merge| merge.survivor);
    let [at_duplicate, at_survivor] = merge::standing_lock(c, [duplicate, survivor]).await.map_err(Error::Db)?;
    // Asked again under the lock: another request may have been faster.
    let merge = merge::merge_of(c, duplicate).await.map_err(Error::Db)?;
    match (at_duplicate, merge) {
        (None, _) => Err(Error::NotFound(duplicate.to_string())),
        (_, Some(merge)) if merge.stage != Stage::Merged => {
            Err(Error::MergeUnderWay { organization: duplicate, operation: merge.id })
        }
        (Some(Standing::Merged(_)), Some(merge)) if merge.open => {
            hindered(c, &merge, at_survivor).await?;
            Ok(merge)
        }
        (Some(Standing::Merged(into)), _) => Err(Error::UndoWindowOver { organization: duplicate, into }),
        (Some(Standing::Live | Standing::Deleted), _) => Err(Error::NotMerged(duplicate)),
    }
}

async fn hindered(c: &mut Conn, merge: &Merge, survivor: Option<Standing>) -> Result<(), Error> {
    let hindrance =
        |why, resource: String| Err(Error::MergeNotUndoable { organization: merge.duplicate, why, resource });
    if let Some(later) = merge::merge_later(c, merge).await.map_err(Error::Db)? {
        return hindrance(Hindrance::LaterMerge, later.to_string());
    }
    if survivor != Some(Standing::Live) {
        return hindrance(Hindrance::SurvivorDeleted, merge.survivor.to_string());
    }
    match merge::claim_lost(c, merge).await.map_err(Error::Db)? {
        Some(domain) => hindrance(Hindrance::DomainClaimed, domain),
        None => Ok(()),
    }
}
