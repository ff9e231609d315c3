//! Takes a domain from an organization.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::Etag;

use super::{change, held_for_change, unless_stale, updated};
use crate::App;
use crate::error::Error;
use crate::model::held_domain::{DomainName, HeldDomain};
use crate::store::{domain, op::Op};

/// The domain as it was; its claim, its verification and its challenge are gone.
pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, name: DomainName, etag: Etag) -> Result<HeldDomain, Error> {
    app.store
        .mutate(Op::DomainRelease, ctx, mutation, async |c: &mut Conn| {
            let (before, _) = held_for_change(c, &name).await?;
            unless_stale(&etag, before.version, &name)?;
            let released = domain::domain_delete_if(c, &name, before.version).await.map_err(Error::Db)?;
            let released = updated(released, &name)?;
            let change = change(name.organization, &name, "domain.released", Some(released.view()), None);
            dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)?;
            Ok(released)
        })
        .await
}
