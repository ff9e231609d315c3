//! Resolves a provisioning id: to the newest revision of its template, or to that of a customer.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, TxContext as _};
use dialtone_ids::OrganizationId;

use crate::App;
use crate::error::Error;
use crate::model::revision::{Revision, RevisionName};
use crate::store::{op::Op, revision, template, template_use};

/// `ctx` sees the caller's own organizations only: another partner's id is not found, as one that does not exist.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    provisioning_id: &str,
    customer: Option<OrganizationId>,
) -> Result<Revision, Error> {
    app.store
        .read(Op::ProvisioningIdResolve, ctx, async |c: &mut Conn| {
            let (template, newest) =
                template::template_resolve(c, provisioning_id, ctx.tenants()).await.map_err(unknown)?;
            let mut name = RevisionName { template, number: newest };
            if let Some(customer) = customer {
                let pinned =
                    template_use::template_use_get(c, template.organization, customer).await.map_err(Error::Db)?;
                name = pinned.map(|used| used.revision).filter(|own| own.template == template).unwrap_or(name);
            }
            revision::revision_get(c, name).await.map_err(unknown)
        })
        .await
}

fn unknown(fault: DbFault) -> Error {
    if fault == DbFault::NotFound { Error::UnknownProvisioningId } else { Error::Db(fault) }
}
