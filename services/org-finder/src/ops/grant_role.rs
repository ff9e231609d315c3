//! Gives a person a role on an organization.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Mutation};
use dialtone_ids::{Etag, GrantId, GrantName, OrganizationId};

use super::get_organization::gone;
use super::{change, unless_stale};
use crate::App;
use crate::error::Error;
use crate::model::access::{AccessRole, Grant};
use crate::store::{grant, op::Op, organization};

/// Whom, and what.
pub struct Input {
    pub organization: OrganizationId,
    pub subject: String,
    pub role: AccessRole,
    /// Of the grant that is replaced; empty for whichever there is, or none.
    pub etag: Etag,
}

/// The person has one grant on an organization: another role takes the place of the first.
pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, input: Input) -> Result<Grant, Error> {
    let name = GrantName::new(input.organization, GrantId::new());
    app.store
        .mutate(Op::GrantCreate, ctx, mutation, async |c: &mut Conn| {
            must_be_live(c, input.organization).await?;
            match grant::grant_insert(c, name, &input.subject, input.role).await.map_err(Error::Db)? {
                Some(_) if !input.etag.is_empty() => Err(Error::Stale(format!("the grant of {}", input.subject))),
                Some(grant) => record(c, ctx, "grant.created", None, grant).await,
                None => replace(c, ctx, &input).await,
            }
        })
        .await
}

async fn replace(c: &mut Conn, ctx: &Ctx, input: &Input) -> Result<Grant, Error> {
    let before = match grant::grant_lock(c, input.organization, &input.subject).await {
        Ok(grant) => grant,
        // Revoked between the two statements: from the start, then.
        Err(DbFault::NotFound) => return Err(Error::Db(DbFault::Serialization)),
        Err(fault) => return Err(Error::Db(fault)),
    };
    unless_stale(&input.etag, before.version, before.name)?;
    if before.role == input.role {
        return Ok(before);
    }
    let after = grant::grant_update(c, &before, input.role).await.map_err(Error::Db)?;
    record(c, ctx, "grant.updated", Some(&before), after).await
}

async fn record(
    c: &mut Conn,
    ctx: &Ctx,
    verb: &'static str,
    before: Option<&Grant>,
    after: Grant,
) -> Result<Grant, Error> {
    let change = change(after.name.organization, after.name, verb, before.map(Grant::view), Some(after.view()));
    dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)?;
    Ok(after)
}

/// Refuses an organization that is not there any more: what is given on one that was merged would come alive when the merge is undone,
/// or stand in its way. It stays until the transaction ends.
async fn must_be_live(c: &mut Conn, organization: OrganizationId) -> Result<(), Error> {
    match organization::organization_lock(c, organization).await {
        Ok(()) => Ok(()),
        Err(DbFault::NotFound) => Err(gone(c, organization).await.map_err(Error::Db)?),
        Err(fault) => Err(Error::Db(fault)),
    }
}
