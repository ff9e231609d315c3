//! Forgets that a customer is made with a revision.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::OrganizationId;

use super::record_use;
use crate::App;
use crate::error::Error;
use crate::model::revision::{RevisionName, Use};
use crate::store::{op::Op, template_use};

/// What is forgotten.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    mutation: &Mutation,
    revision: RevisionName,
    customer: OrganizationId,
) -> Result<Use, Error> {
    let partner = revision.template.organization;
    app.store
        .mutate(Op::TemplateUseRelease, ctx, mutation, async |c: &mut Conn| {
            let pinned = template_use::template_use_get(c, partner, customer).await.map_err(Error::Db)?;
            let not_pinned = || Error::NotPinned { revision };
            let used = pinned.filter(|used| used.revision == revision).ok_or_else(not_pinned)?;
            if !template_use::template_use_delete(c, revision, customer).await.map_err(Error::Db)? {
                return Err(not_pinned());
            }
            record_use(c, ctx, "template.released", Some(&used), None).await?;
            Ok(used)
        })
        .await
}
