//! Reads one organization.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};
use dialtone_ids::OrganizationId;

use crate::App;
use crate::error::Error;
use crate::model::organization::Organization;
use crate::model::standing::Standing;
use crate::store::{merge, op::Op, organization};

pub async fn run(app: &App, ctx: &Ctx, id: OrganizationId) -> Result<Organization, Error> {
    let read = async |c: &mut Conn| match organization::organization_get(c, id).await {
        Ok(organization) => Ok(organization),
        Err(DbFault::NotFound) => Err(gone(c, id).await.map_err(Error::Db)?),
        Err(fault) => Err(Error::Db(fault)),
    };
    app.store.read(Op::OrganizationGet, ctx, read).await
}

/// Whoever knows the name of an organization that was merged is told where to go.
pub(super) async fn gone(c: &mut Conn, organization: OrganizationId) -> Result<Error, DbFault> {
    Ok(match merge::standing_get(c, organization).await? {
        Some(Standing::Merged(into)) => Error::OrganizationMerged { organization, into },
        Some(Standing::Live | Standing::Deleted) | None => Error::NotFound(organization.to_string()),
    })
}
