//! Takes a role back.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::{Etag, GrantName};

use super::{change, found, updated};
use crate::App;
use crate::error::Error;
use crate::model::access::Grant;
use crate::store::{grant, op::Op};

/// The grant as it was.
pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, name: GrantName, etag: Etag) -> Result<Grant, Error> {
    app.store
        .mutate(Op::GrantRevoke, ctx, mutation, async |c: &mut Conn| {
            let before = grant::grant_get(c, name).await.map_err(|fault| found(fault, name))?;
            if !etag.matches(before.version) {
                return Err(Error::Stale(name.to_string()));
            }
            let deleted = grant::grant_delete_if(c, name, before.version).await.map_err(Error::Db)?;
            let deleted = updated(deleted, name)?;
            let change = change(name.organization, name, "grant.deleted", Some(deleted.view()), None);
            dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)?;
            Ok(deleted)
        })
        .await
}
