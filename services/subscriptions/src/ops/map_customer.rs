//! Maps the customer organization, and starts the operation that links the partner to it.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Mutation};
use dialtone_ids::{Etag, OrganizationId};
use dialtone_operations::NewOperation;
use serde::{Deserialize, Serialize};

use super::{choice, kind, lock, record_subscription};
use crate::App;
use crate::error::Error;
use crate::model::access::Access;
use crate::model::organization::{Choice, Chosen, Role};
use crate::model::subscription::Subscription;
use crate::store::{case, op::Op};

/// What the operation works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    pub partner: OrganizationId,
    pub customer: OrganizationId,
    /// Whether the mapping created the customer: then its partner may do everything there.
    pub created: bool,
}

/// In the same two passes as the partner; see `map_partner`.
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
    let chosen = choice::resolve(app, ctx, mutation, Role::Customer, &wanted).await?;
    let mapped = attempt(app, ctx, mutation, access, &etag, Some(chosen)).await?;
    app.operations.wake();
    Ok(mapped)
}

async fn attempt(
    app: &App,
    ctx: &Ctx,
    mutation: &Mutation,
    access: &Access,
    etag: &Etag,
    chosen: Option<Chosen>,
) -> Result<Subscription, Error> {
    // The row becomes the customer's too.
    let ctx = &ctx.within_all(access.tenants().into_iter().chain(chosen.map(|chosen| chosen.organization)));
    app.store
        .mutate(Op::CustomerMap, ctx, mutation, async |c: &mut Conn| {
            let before = lock(c, ctx, access.subscription).await?;
            if !etag.matches(before.subscription.version) {
                return Err(Error::Stale(before.subscription.name.to_string()));
            }
            before.may_map_customer().map_err(Error::Refused)?;
            let Chosen { organization, created } = chosen.ok_or(Error::NotChosen)?;
            let mut after = before.clone();
            let partner = after.map_customer(organization).map_err(Error::Refused)?;
            let after = case::case_save(c, &before, &after).await.map_err(Error::Db)?;
            if let Some(partner) = partner {
                let link = Link { partner, customer: organization, created };
                start_link(app, c, ctx, &after.subscription, link).await?;
            }
            record_subscription(c, ctx, "subscription.customer_mapped", &before, &after).await?;
            Ok(after.subscription)
        })
        .await
}

async fn start_link(app: &App, c: &mut Conn, ctx: &Ctx, subscription: &Subscription, link: Link) -> Result<(), Error> {
    let operation = NewOperation {
        kind: kind::LINK_PARTNER,
        organization: link.customer,
        target: subscription.name.to_string(),
        input: serde_json::to_value(link).map_err(|e| Error::Db(DbFault::Other(e.to_string())))?,
        units_total: 0,
        parent: None,
    };
    app.operations.start(c, ctx, operation).await.map_err(Error::Db)?;
    Ok(())
}
