//! Makes a verified domain one that no other organization may hold.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Mutation};
use dialtone_ids::Etag;

use super::{change, held_for_change, unless_stale, updated};
use crate::App;
use crate::error::Error;
use crate::model::domain::{State, lineage, registered};
use crate::model::held_domain::{DomainName, HeldDomain};
use crate::store::{domain, op::Op};

/// Refused where somebody else has claimed the domain or one above it. Claims of others below it stay: their holders proved control of
/// those names, which a claim of the parent cannot disprove.
pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, name: DomainName, etag: Etag) -> Result<HeldDomain, Error> {
    // Who has claimed what is not for the caller to see, that somebody has decides here.
    let ctx = &ctx.everywhere();
    app.store
        .mutate(Op::DomainClaim, ctx, mutation, async |c: &mut Conn| {
            let (before, _) = held_for_change(c, &name).await?;
            unless_stale(&etag, before.version, &name)?;
            match before.state {
                State::Claimed => return Ok(before),
                State::Verified => {}
                State::Unverified => return Err(Error::DomainNotVerified(name.domain.clone())),
            }
            refuse_claimed(c, &name).await?;
            let after = domain::domain_claim_if(c, &name, before.version).await;
            let after = updated(after.map_err(|fault| claimed_elsewhere(fault, &name))?, &name)?;
            let change = change(name.organization, &name, "domain.claimed", Some(before.view()), Some(after.view()));
            dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)?;
            Ok(after)
        })
        .await
}

async fn refuse_claimed(c: &mut Conn, name: &DomainName) -> Result<(), Error> {
    domain::domain_claim_lock(c, registered(&name.domain)).await.map_err(Error::Db)?;
    let above: Vec<String> = lineage(&name.domain).into_iter().map(str::to_owned).collect();
    let claimed = domain::domain_is_claimed_elsewhere(c, &above, name.organization).await.map_err(Error::Db)?;
    if claimed { Err(Error::DomainClaimedElsewhere(name.domain.clone())) } else { Ok(()) }
}

/// The index has the last word, whatever the locks let through.
fn claimed_elsewhere(fault: DbFault, name: &DomainName) -> Error {
    match fault {
        DbFault::Unique { constraint } if constraint == "organization_domains_claimed_key" => {
            Error::DomainClaimedElsewhere(name.domain.clone())
        }
        fault => Error::Db(fault),
    }
}
