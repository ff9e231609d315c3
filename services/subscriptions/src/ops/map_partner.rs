//! Maps the partner organization.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::Etag;

use super::{choice, lock, record_subscription};
use crate::App;
use crate::error::Error;
use crate::model::access::Access;
use crate::model::organization::{Choice, Chosen, Role};
use crate::model::subscription::Subscription;
use crate::store::{case, op::Op};

/// First everything is checked without the organization, under the request id: a repeated request is answered there. Only then
/// org-finder is asked, and the change made; so nothing is created for a mapping that is refused.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    mutation: &Mutation,
    access: &Access,
    etag: Etag,
    wanted: Choice,
) -> Result<Subscription, Error> {
    match attempt(app, ctx, mutation, access, &etag, None).await {
        Err(Error::NotChosen) => {}
        other => return other,
    }
    let chosen = choice::resolve(app, ctx, mutation, Role::Partner, &wanted).await?;
    attempt(app, ctx, mutation, access, &etag, Some(chosen)).await
}

async fn attempt(
    app: &App,
    ctx: &Ctx,
    mutation: &Mutation,
    access: &Access,
    etag: &Etag,
    chosen: Option<Chosen>,
) -> Result<Subscription, Error> {
    // The row becomes the partner's.
    let ctx = &ctx.within_all(access.tenants().into_iter().chain(chosen.map(|chosen| chosen.organization)));
    app.store
        .mutate(Op::PartnerMap, ctx, mutation, async |c: &mut Conn| {
            let before = lock(c, ctx, access.subscription).await?;
            if !etag.matches(before.subscription.version) {
                return Err(Error::Stale(before.subscription.name.to_string()));
            }
            before.may_map_partner().map_err(Error::Refused)?;
            let chosen = chosen.ok_or(Error::NotChosen)?;
            let mut after = before.clone();
            after.map_partner(chosen.organization).map_err(Error::Refused)?;
            let after = case::case_save(c, &before, &after).await.map_err(Error::Db)?;
            record_subscription(c, ctx, "subscription.partner_mapped", &before, &after).await?;
            Ok(after.subscription)
        })
        .await
}
