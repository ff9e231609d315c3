//! Adds a domain to an organization, unverified.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Mutation};

use super::{change, found};
use crate::App;
use crate::error::Error;
use crate::model::held_domain::{DomainName, HeldDomain};
use crate::store::{domain, op::Op, organization};

/// A domain that the organization has stays as it is.
pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, name: DomainName) -> Result<HeldDomain, Error> {
    // Who has claimed a domain is not for the caller to see, that somebody has decides here.
    let ctx = &ctx.everywhere();
    let organization = name.organization;
    app.store
        .mutate(Op::DomainAdd, ctx, mutation, async |c: &mut Conn| {
            // Of two additions at once the second counts the first.
            organization::organization_lock(c, organization).await.map_err(|fault| found(fault, organization))?;
            match domain::domain_get(c, &name).await {
                Ok(held) => return Ok(held),
                Err(DbFault::NotFound) => {}
                Err(fault) => return Err(Error::Db(fault)),
            }
            check(app, c, &name).await?;
            let added = domain::domain_insert(c, &name).await.map_err(Error::Db)?;
            // An import may have brought it between the two statements: from the start, then.
            let added = added.ok_or(Error::Db(DbFault::Serialization))?;
            let change = change(organization, &name, "domain.added", None, Some(added.view()));
            dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)?;
            Ok(added)
        })
        .await
}

async fn check(app: &App, c: &mut Conn, name: &DomainName) -> Result<(), Error> {
    let only = std::slice::from_ref(&name.domain);
    if domain::domain_is_claimed_elsewhere(c, only, name.organization).await.map_err(Error::Db)? {
        return Err(Error::DomainClaimedElsewhere(name.domain.clone()));
    }
    let limit = app.most_domains;
    if domain::domain_count(c, name.organization, limit).await.map_err(Error::Db)? >= limit {
        return Err(Error::DomainLimitReached { organization: name.organization, limit });
    }
    Ok(())
}
