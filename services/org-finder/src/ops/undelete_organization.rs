//! Brings a deleted organization back.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Mutation};
use dialtone_ids::{Etag, OrganizationId};

use super::{change, unless_stale};
use crate::App;
use crate::error::Error;
use crate::model::organization::Organization;
use crate::store::{op::Op, organization};

pub async fn run(
    app: &App,
    ctx: &Ctx,
    mutation: &Mutation,
    id: OrganizationId,
    etag: Etag,
) -> Result<Organization, Error> {
    app.store
        .mutate(Op::OrganizationUndelete, ctx, mutation, async |c: &mut Conn| {
            let before = match organization::organization_lock_deleted(c, id).await {
                Ok(before) => before,
                Err(DbFault::NotFound) => return Err(not_deleted(c, id).await?),
                Err(fault) => return Err(Error::Db(fault)),
            };
            unless_stale(&etag, before.version, id)?;
            let after = organization::organization_undelete(c, &before).await.map_err(Error::Db)?;
            let change = change(id, id, "organization.undeleted", Some(before.view()), Some(after.view()));
            dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)?;
            Ok(after)
        })
        .await
}

/// Why there is nothing to bring back.
async fn not_deleted(c: &mut Conn, id: OrganizationId) -> Result<Error, Error> {
    let live = organization::organization_exists(c, id).await.map_err(Error::Db)?;
    Ok(if live { Error::OrganizationNotDeleted(id) } else { Error::NotFound(id.to_string()) })
}
