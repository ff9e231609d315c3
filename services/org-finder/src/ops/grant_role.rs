//! Gives a person a role on an organization.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Mutation};
use dialtone_ids::{GrantId, GrantName, OrganizationId};

use super::change;
use crate::App;
use crate::error::Error;
use crate::model::access::{AccessRole, Grant};
use crate::store::{grant, op::Op};

/// Whom, and what.
pub struct Input {
    pub organization: OrganizationId,
    pub subject: String,
    pub role: AccessRole,
}

/// The person has one grant on an organization: another role takes the place of the first.
pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, input: Input) -> Result<Grant, Error> {
    let name = GrantName::new(input.organization, GrantId::new());
    app.store
        .mutate(Op::GrantCreate, ctx, mutation, async |c: &mut Conn| {
            let inserted = grant::grant_insert(c, name, &input.subject, input.role).await;
            match inserted.map_err(|fault| unknown_organization(fault, input.organization))? {
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

fn unknown_organization(fault: DbFault, organization: OrganizationId) -> Error {
    match fault {
        DbFault::ForeignKey { constraint } if constraint == "grants_organization_id_fkey" => {
            Error::NotFound(organization.to_string())
        }
        fault => Error::Db(fault),
    }
}
