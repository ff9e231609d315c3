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

/// Rows of one INSERT: well below the limit of 65,535 parameters.
const ROWS_AT_ONCE: usize = 1_000;

#[derive(Insertable)]
#[diesel(table_name = history)]
struct Row<'a> {
    tenant: Option<Uuid>,
    resource: &'a str,
    verb: &'a str,
    before: Option<&'a Value>,
    after: Option<&'a Value>,
    actor: &'a str,
    request_id: &'a str,
}

/// Appends a change in the transaction that makes it. Actor and request id come from the context.
///
/// # Errors
/// `Other` when the tenant is not one of the context's.
pub async fn record(c: &mut Conn, ctx: &impl TxContext, change: Change) -> Result<(), DbFault> {
    diesel::insert_into(history::table).values(row(ctx, &change)).execute(c).await.db()?;
    Ok(())
}

/// Appends many changes in the order given; see [`record`].
///
/// # Errors
/// As [`record`].
pub async fn record_all(c: &mut Conn, ctx: &impl TxContext, changes: &[Change]) -> Result<(), DbFault> {
    for chunk in changes.chunks(ROWS_AT_ONCE) {
        let rows: Vec<Row<'_>> = chunk.iter().map(|change| row(ctx, change)).collect();
        diesel::insert_into(history::table).values(rows).execute(c).await.db()?;
    }
    Ok(())
}

fn row<'a>(ctx: &'a impl TxContext, change: &'a Change) -> Row<'a> {
    Row {
        tenant: change.tenant,
        resource: &change.resource,
        verb: change.verb,
        before: change.before.as_ref(),
        after: change.after.as_ref(),
        actor: ctx.actor(),
        request_id: ctx.request_id(),
    }
}
