//! Says which role a person has on an organization.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::OrganizationId;

use crate::App;
use crate::error::Error;
use crate::model::access::Access;
use crate::store::{access, op::Op};

/// None for no role, and for an organization that does not exist.
pub async fn run(app: &App, ctx: &Ctx, organization: OrganizationId, subject: &str) -> Result<Option<Access>, Error> {
    // The grants that count are those of the partners above, too.
    let ctx = ctx.everywhere();
    let read = async |c: &mut Conn| access::access_get(c, organization, subject).await;
    app.store.read(Op::AccessCheck, &ctx, read).await.map_err(Error::Db)
}
