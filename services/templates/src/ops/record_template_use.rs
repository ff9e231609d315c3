//! Notes that a customer is made with a revision, which it keeps.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Mutation, TxContext as _};
use dialtone_ids::OrganizationId;

use super::{editable, found, record_use};
use crate::App;
use crate::error::Error;
use crate::model::revision::{RevisionName, Use};
use crate::store::{op::Op, template, template_use};

pub async fn run(
    app: &App,
    ctx: &Ctx,
    mutation: &Mutation,
    revision: RevisionName,
    customer: OrganizationId,
) -> Result<Use, Error> {
    let (name, partner) = (revision.template, revision.template.organization);
    app.store
        .mutate(Op::TemplateUseRecord, ctx, mutation, async |c: &mut Conn| {
            // Held, so that the template is neither archived nor deleted at the same moment.
            let template = template::template_get_held(c, name).await.map_err(|fault| found(fault, name))?;
            if revision.number > template.revision {
                return Err(Error::RevisionNotFound(revision));
            }
            let pinned = template_use::template_use_get(c, partner, customer).await.map_err(Error::Db)?;
            match pinned {
                Some(same) if same.revision == revision => return Ok(same),
                Some(other) => return Err(Error::AlreadyPinned { customer, revision: other.revision }),
                None => editable(&template)?,
            }
            let inserted =
                template_use::template_use_insert(c, revision, customer, ctx.actor()).await.map_err(Error::Db)?;
            // Another request was quicker: run again and look at what it noted.
            let used = inserted.ok_or(Error::Db(DbFault::Serialization))?;
            record_use(c, ctx, "template.used", None, Some(&used)).await?;
            Ok(used)
        })
        .await
}
