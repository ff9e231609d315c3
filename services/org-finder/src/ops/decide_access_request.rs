//! Approves or denies a request for full administration.

use chrono::Utc;
use dialtone_authz::{CallerKind, Ctx};
use dialtone_db::{Conn, DbFault, Mutation};
use dialtone_ids::{AccessRequestName, Etag, OrganizationId};

use super::request_full_admin::linked;
use super::{change, end_access_request, found, unless_stale};
use crate::App;
use crate::error::Error;
use crate::model::access::AccessRole;
use crate::model::access_request::{AccessRequest, Ending, State};
use crate::store::{access, access_request, merge_request, op::Op, partner_link};

/// What is decided about which version.
pub struct Input {
    pub name: AccessRequestName,
    pub etag: Etag,
    pub ending: Ending,
}

/// The caller was authorised on the customer.
pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, input: Input) -> Result<AccessRequest, Error> {
    let Input { name, etag, ending } = input;
    let partner = partner(app, ctx, name).await?;
    // What merges have recorded of the two is nobody's own.
    let ctx = ctx.everywhere();
    app.store
        .mutate(Op::AccessRequestDecide, &ctx, mutation, async |c: &mut Conn| {
            partner_link::partner_link_lock(c).await.map_err(Error::Db)?;
            let before = access_request::access_request_lock(c, name).await.map_err(|fault| found(fault, name))?;
            unless_stale(&etag, before.version, name)?;
            // Who asks may have changed since the caller was let in: by a merge, or when it was undone.
            if partner != Some(before.partner) {
                return Err(Error::Stale(name.to_string()));
            }
            match before.state_at(Utc::now()) {
                State::Pending => {}
                State::Expired => return Err(Error::AccessRequestExpired(name)),
                state @ (State::Approved | State::Denied | State::Cancelled) => {
                    return Err(Error::AccessRequestDecided { request: name, state });
                }
            }
            if ending == Ending::Approved {
                raise(c, &ctx, &before).await?;
            }
            end_access_request::end(c, &ctx, &before, ending).await.map_err(Error::Db)
        })
        .await
}

/// The partner that asks, if the caller administers the customer by another way than through it: a partner does not answer itself.
/// None without the request, which may have been there when this call was made for the first time.
async fn partner(app: &App, ctx: &Ctx, name: AccessRequestName) -> Result<Option<OrganizationId>, Error> {
    // The grants that count are those of the partners above, too.
    let everywhere = ctx.everywhere();
    let read = async |c: &mut Conn| {
        let partner = match access_request::access_request_get(c, name).await {
            Ok(request) => request.partner,
            Err(DbFault::NotFound) => return Ok(None),
            Err(fault) => return Err(Error::Db(fault)),
        };
        let own = match &ctx.caller.kind {
            CallerKind::Platform => true,
            CallerKind::Person => {
                let subject = &ctx.caller.subject;
                let access = access::access_get_without(c, name.organization, subject, partner).await;
                access.map_err(Error::Db)?.is_some_and(|access| access.role == AccessRole::FullAdmin)
            }
            CallerKind::Service(_) | CallerKind::SetupContact { .. } | CallerKind::Anonymous => false,
        };
        if own { Ok(Some(partner)) } else { Err(Error::Denied(ctx.method.permission.name)) }
    };
    app.store.read(Op::AccessRequestGet, &everywhere, read).await
}

/// The partner's people may do everything for the customer from now on.
async fn raise(c: &mut Conn, ctx: &Ctx, request: &AccessRequest) -> Result<(), Error> {
    let before = linked(c, request.partner, request.customer()).await?;
    merge_request::approval_keep(c, request, &before).await.map_err(Error::Db)?;
    if before.role == AccessRole::FullAdmin {
        return Ok(());
    }
    let after = partner_link::partner_link_update(c, &before, AccessRole::FullAdmin).await.map_err(Error::Db)?;
    let change = change(request.partner, after.name, "partner_link.updated", Some(before.view()), Some(after.view()));
    dialtone_events::record_change(c, ctx, change).await.map_err(Error::Db)
}
