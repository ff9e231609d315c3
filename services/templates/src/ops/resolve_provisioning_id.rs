//! Resolves a provisioning id to the newest revision of its template.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, TxContext as _};

use crate::App;
use crate::error::Error;
use crate::model::template::Revision;
use crate::store::{op::Op, revision};

/// `ctx` sees the caller's own organizations only: another partner's id is not found, as one that does not exist.
pub async fn run(app: &App, ctx: &Ctx, provisioning_id: &str) -> Result<Revision, Error> {
    app.store
        .read(Op::ProvisioningIdResolve, ctx, async |c: &mut Conn| {
            revision::revision_resolve(c, provisioning_id, ctx.tenants()).await.map_err(|fault| match fault {
                DbFault::NotFound => Error::UnknownProvisioningId,
                other => Error::Db(other),
            })
        })
        .await
}
