//! Ends a request for full administration, in the transaction of what ends it.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, TxContext as _};

use super::change;
use crate::model::access_request::{AccessRequest, Ending, State};
use crate::store::access_request;

/// By the caller, who is its decider. The request must be locked.
pub(super) async fn end(
    c: &mut Conn,
    ctx: &Ctx,
    before: &AccessRequest,
    ending: Ending,
) -> Result<AccessRequest, DbFault> {
    let after = access_request::access_request_end(c, before, ending.state(), Some(ctx.actor())).await?;
    record(c, ctx, ending.verb(), Some(before), after).await
}

/// By time. The request must be locked.
pub(super) async fn expire(c: &mut Conn, ctx: &Ctx, before: &AccessRequest) -> Result<AccessRequest, DbFault> {
    let after = access_request::access_request_end(c, before, State::Expired, None).await?;
    record(c, ctx, "access_request.expired", Some(before), after).await
}

/// Tells of a change; it is the customer's.
pub(super) async fn record(
    c: &mut Conn,
    ctx: &Ctx,
    verb: &'static str,
    before: Option<&AccessRequest>,
    after: AccessRequest,
) -> Result<AccessRequest, DbFault> {
    let change = change(after.customer(), after.name, verb, before.map(AccessRequest::view), Some(after.view()));
    dialtone_events::record_change(c, ctx, change).await?;
    Ok(after)
}
