//! Removes the link of a partner to a customer.

use chrono::Utc;
use dialtone_authz::{CallerKind, Ctx};
use dialtone_db::{Conn, DbFault, Mutation};
use dialtone_ids::{Etag, OrganizationId, PartnerLinkName};

use super::{change, end_access_request, found, unless_stale};
use crate::App;
use crate::error::Error;
use crate::model::access::PartnerLink;
use crate::model::access_request::{Ending, State};
use crate::store::{access_request, op::Op, partner_link};

/// Which version of which link.
pub struct Input {
    pub name: PartnerLinkName,
    /// The customer on which the caller was authorised; none where there is no such link any more. Then only an answer that was given
    /// before is given again.
    pub customer: Option<OrganizationId>,
    pub etag: Etag,
}

/// Whom a link is about, for authorising; none without it.
pub async fn customer(app: &App, ctx: &Ctx, name: PartnerLinkName) -> Result<Option<OrganizationId>, Error> {
    let ctx = ctx.everywhere();
    let read = async |c: &mut Conn| partner_link::partner_link_find(c, name).await;
    match app.store.read(Op::PartnerLinkGet, &ctx, read).await {
        Ok(link) => Ok(Some(link.customer)),
        Err(DbFault::NotFound) => Ok(None),
        Err(fault) => Err(Error::Db(fault)),
    }
}

/// The link as it was.
pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, input: Input) -> Result<PartnerLink, Error> {
    let Input { name, customer, etag } = input;
    let permission = ctx.method.permission.name;
    let ctx = ctx.within_all(customer.into_iter().chain([name.organization]));
    app.store
        .mutate(Op::PartnerLinkDelete, &ctx, mutation, async |c: &mut Conn| {
            partner_link::partner_link_lock(c).await.map_err(Error::Db)?;
            let Some(customer) = customer else {
                let staff = ctx.caller.kind == CallerKind::Platform;
                return Err(if staff { Error::NotFound(name.to_string()) } else { Error::Denied(permission) });
            };
            let link = partner_link::partner_link_find(c, name).await.map_err(|fault| found(fault, name))?;
            if customer != link.customer {
                // A merge came between.
                return Err(Error::Stale(name.to_string()));
            }
            unless_stale(&etag, link.version, name)?;
            partner_link::partner_link_delete(c, name).await.map_err(Error::Db)?;
            cancel_pending(c, &ctx, &link).await.map_err(Error::Db)?;
            let change = change(name.organization, name, "partner_link.deleted", Some(link.view()), None);
            dialtone_events::record_change(c, &ctx, change).await.map_err(Error::Db)?;
            Ok(link)
        })
        .await
}

async fn cancel_pending(c: &mut Conn, ctx: &Ctx, link: &PartnerLink) -> Result<(), DbFault> {
    let pending = access_request::access_request_lock_pending(c, link.customer, link.name.organization).await?;
    match pending {
        None => {}
        Some(open) if open.state_at(Utc::now()) == State::Pending => {
            end_access_request::end(c, ctx, &open, Ending::Cancelled).await?;
        }
        Some(late) => {
            end_access_request::expire(c, ctx, &late).await?;
        }
    }
    Ok(())
}
