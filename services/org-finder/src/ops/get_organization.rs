//! Reads one organization.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::OrganizationId;

use super::found;
use crate::App;
use crate::error::Error;
use crate::model::organization::Organization;
use crate::store::{op::Op, organization};

pub async fn run(app: &App, ctx: &Ctx, id: OrganizationId) -> Result<Organization, Error> {
    let read = async |c: &mut Conn| organization::organization_get(c, id).await.map_err(|fault| found(fault, id));
    app.store.read(Op::OrganizationGet, ctx, read).await
}
