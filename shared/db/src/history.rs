//! The history of a service: who changed what, when, from what to what. Appended in the transaction of the change.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::classify::Classify as _;
use crate::schema::history;
use crate::{Conn, DbFault, TxContext};

/// One change of one resource.
#[derive(Clone, Debug)]
pub struct Change {
    /// Organization it belongs to; none for what belongs to none yet.
    pub tenant: Option<Uuid>,
    /// Name of the resource.
    pub resource: String,
    /// What happened, called as the event of the same change: `organization.updated`.
    pub verb: &'static str,
    /// The resource before; none for a creation. No secrets.
    pub before: Option<Value>,
    /// The resource after; none for a deletion. No secrets.
    pub after: Option<Value>,
}

/// Appends a change in the transaction that makes it. Actor and request id come from the context.
///
/// # Errors
/// `Other` when the tenant is not one of the context's.
pub async fn record(c: &mut Conn, ctx: &impl TxContext, change: Change) -> Result<(), DbFault> {
    diesel::insert_into(history::table)
        .values((
            history::tenant.eq(change.tenant),
            history::resource.eq(change.resource),
            history::verb.eq(change.verb),
            history::before.eq(change.before),
            history::after.eq(change.after),
            history::actor.eq(ctx.actor()),
            history::request_id.eq(ctx.request_id()),
        ))
        .execute(c)
        .await
        .db()?;
    Ok(())
}
