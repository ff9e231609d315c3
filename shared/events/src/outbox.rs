//! Writes events, in the transaction of the change they tell.

use dialtone_db::{Classify as _, Conn, DbFault, TxContext};
use diesel::Insertable;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::{feed, schema::outbox};

/// Rows of one INSERT: well below the limit of 65,535 parameters.
const ROWS_AT_ONCE: usize = 1_000;

/// An event to be written.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// The organization it belongs to; `None` for what belongs to none yet, which only services and staff see.
    pub tenant: Option<Uuid>,
    /// `<resource>.<past tense>`, e.g. `subscription.activated`.
    pub kind: &'static str,
    /// Full name of the resource that changed.
    pub resource: String,
    /// The resource after the change, an object with fields named as in its proto message.
    pub data: Value,
}

#[derive(Insertable)]
#[diesel(table_name = outbox)]
struct Row<'a> {
    tenant: Option<Uuid>,
    kind: &'a str,
    resource: &'a str,
    actor: &'a str,
    data: &'a Value,
}

/// Appends one event; it exists if and only if the caller's transaction commits.
///
/// Call it after the resource's row was written or locked: then the events of one resource have the order of its changes.
pub async fn append(c: &mut Conn, ctx: &impl TxContext, event: NewEvent) -> Result<(), DbFault> {
    append_all(c, ctx, &[event]).await
}

/// Appends many events in the order given; see [`append`].
pub async fn append_all(c: &mut Conn, ctx: &impl TxContext, events: &[NewEvent]) -> Result<(), DbFault> {
    for chunk in events.chunks(ROWS_AT_ONCE) {
        let rows: Vec<Row<'_>> = chunk.iter().map(|event| row(event, ctx.actor())).collect();
        diesel::insert_into(outbox::table).values(rows).execute(c).await.db()?;
    }
    feed::nudge();
    Ok(())
}

fn row<'a>(event: &'a NewEvent, actor: &'a str) -> Row<'a> {
    Row { tenant: event.tenant, kind: event.kind, resource: &event.resource, actor, data: &event.data }
}
