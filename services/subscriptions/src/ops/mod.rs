//! What each method means: one file per verb. Knows neither the wire nor SQL.

pub mod answer_who_for;
mod choice;
pub mod deliver_welcome;
pub mod end_setup;
pub mod follow_merge;
pub mod get_order;
pub mod get_order_summary;
pub mod get_subscription;
pub mod list_orders;
pub mod list_subscriptions;
pub mod look_up;
pub mod map_customer;
pub mod map_partner;
pub mod open_setup_link;
pub mod place_order;
pub mod preview_setup;
pub mod resend_welcome;
pub mod set_up_calling;
mod welcome;

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, TxContext as _, history::Change};
use dialtone_ids::{OrganizationId, SubscriptionId};
use serde_json::Value;

use crate::App;
use crate::error::Error;
use crate::model::case::Case;
use crate::store::case;

/// Kinds of operations.
pub mod kind {
    pub const SEND_WELCOME_MAIL: &str = "send-welcome-mail";
    pub const LINK_PARTNER: &str = "link-partner";
    pub const SET_UP_CALLING: &str = "set-up-calling";
}

/// Rows of one page: what was asked for, 50 where nothing was.
fn page_size(asked: i32) -> usize {
    if asked == 0 { 50 } else { usize::try_from(asked).unwrap_or(50) }
}

/// One page of cases, newest first, and the token of the next; empty on the last. `list` names the list its tokens are good for.
async fn page(
    app: &App,
    ctx: &Ctx,
    op: crate::store::op::Op,
    organization: Option<OrganizationId>,
    asked: i32,
    token: &str,
) -> Result<(Vec<Case>, String), Error> {
    let whose = organization.map_or_else(|| "all".to_owned(), |organization| organization.to_string());
    let scope = format!("{} of {whose}", ctx.method.path);
    let before = app.pager.open(token, &scope).map_err(|_| Error::BadPageToken)?;
    let size = page_size(asked);
    let mut cases = app
        .store
        .read(op, ctx, async |c: &mut Conn| {
            case::case_list(c, organization, before, size as i64 + 1).await.map_err(Error::Db)
        })
        .await?;
    // The one row too many says whether there is a next page.
    let more = cases.len() > size;
    cases.truncate(size);
    let last = cases.last().filter(|_| more);
    let next = last.map_or_else(String::new, |last| app.pager.seal(&last.subscription.name.uuid(), &scope));
    Ok((cases, next))
}

/// Reads a case that the caller was let in to.
async fn read(c: &mut Conn, ctx: &Ctx, subscription: SubscriptionId) -> Result<Case, Error> {
    case::case_get(c, subscription, ctx.tenants()).await.map_err(found)
}

/// The same, locked for a change.
async fn lock(c: &mut Conn, ctx: &Ctx, subscription: SubscriptionId) -> Result<Case, Error> {
    case::case_lock(c, subscription, ctx.tenants()).await.map_err(found)
}

fn found(fault: DbFault) -> Error {
    if fault == DbFault::NotFound { Error::NotFound } else { Error::Db(fault) }
}

/// Appends a change of the order to history and events.
async fn record_order(
    c: &mut Conn,
    ctx: &Ctx,
    verb: &'static str,
    before: Option<&Case>,
    after: &Case,
) -> Result<(), Error> {
    let resource = after.order.name.to_string();
    let (before, view) = (before.map(|case| case.order.view()), after.order.view());
    record(c, ctx, after, Change { tenant: None, resource, verb, before, after: Some(view) }).await
}

/// Appends a change of the subscription to history and events.
async fn record_subscription(
    c: &mut Conn,
    ctx: &Ctx,
    verb: &'static str,
    before: &Case,
    after: &Case,
) -> Result<(), Error> {
    let resource = after.subscription.name.to_string();
    let (before, view): (Value, Value) = (before.subscription.view(), after.subscription.view());
    record(c, ctx, after, Change { tenant: None, resource, verb, before: Some(before), after: Some(view) }).await
}

async fn record(c: &mut Conn, ctx: &Ctx, case: &Case, change: Change) -> Result<(), Error> {
    let tenant = case.subscription.tenant().map(OrganizationId::uuid);
    dialtone_events::record_change(c, ctx, Change { tenant, ..change }).await.map_err(Error::Db)
}
