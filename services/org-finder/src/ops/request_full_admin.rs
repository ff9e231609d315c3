//! Asks a customer to let a partner administer it fully.

use chrono::{TimeDelta, Utc};
use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Mutation, TxContext as _};
use dialtone_ids::{AccessRequestId, AccessRequestName, OrganizationId};

use super::end_access_request;
use crate::App;
use crate::error::Error;
use crate::model::access::PartnerLink;
use crate::model::access_request::{AccessRequest, State, Unasked, may_ask};
use crate::store::access_request::NewRequest;
use crate::store::{access_request, op::Op, organization, partner_link, setup};

/// Who asks whom, and why.
pub struct Input {
    pub customer: OrganizationId,
    pub partner: OrganizationId,
    pub reason: String,
}

/// The caller was authorised on the partner; of the customer it learns nothing that its link does not say.
pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, input: Input) -> Result<AccessRequest, Error> {
    let Input { customer, partner, reason } = input;
    let ctx = ctx.within_all([customer, partner]);
    let name = AccessRequestName::new(customer, AccessRequestId::new());
    app.store
        .mutate(Op::AccessRequestCreate, &ctx, mutation, async |c: &mut Conn| {
            partner_link::partner_link_lock(c).await.map_err(Error::Db)?;
            let link = linked(c, partner, customer).await?;
            let complete = setup::setup_exists(c, partner, customer).await.map_err(Error::Db)?;
            may_ask(link.role, complete).map_err(|why| refusal(why, &link))?;
            let now = Utc::now();
            if let Some(open) =
                access_request::access_request_lock_pending(c, customer, partner).await.map_err(Error::Db)?
            {
                if open.state_at(now) == State::Pending {
                    return Err(Error::AccessRequestPending(open.name));
                }
                end_access_request::expire(c, &ctx, &open).await.map_err(Error::Db)?;
            }
            let expires = now + TimeDelta::days(app.request_days);
            let new = NewRequest { name, partner, requester: ctx.actor(), reason: &reason, expires };
            let request = access_request::access_request_insert(c, &new).await.map_err(Error::Db)?;
            end_access_request::record(c, &ctx, "access_request.created", None, request).await.map_err(Error::Db)
        })
        .await
}

/// The link of two live organizations.
pub(super) async fn linked(
    c: &mut Conn,
    partner: OrganizationId,
    customer: OrganizationId,
) -> Result<PartnerLink, Error> {
    let none = || Error::PartnerNotLinked { partner, customer };
    let link = match partner_link::partner_link_get(c, partner, customer).await {
        Ok(link) => link,
        Err(DbFault::NotFound) => return Err(none()),
        Err(fault) => return Err(Error::Db(fault)),
    };
    for end in [customer, partner] {
        if !organization::organization_exists(c, end).await.map_err(Error::Db)? {
            return Err(none());
        }
    }
    Ok(link)
}

fn refusal(why: Unasked, link: &PartnerLink) -> Error {
    match why {
        Unasked::ReadOnly => Error::LinkIsReadOnly(link.name),
        Unasked::FullAdminAlready => Error::LinkHasFullAdmin(link.name),
        Unasked::SetupNotComplete => {
            Error::SetupNotComplete { partner: link.name.organization, customer: link.customer }
        }
    }
}
