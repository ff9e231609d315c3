//! The history of a service: who changed what, when, from what to what. Appended in the transaction of the change.

use diesel::sql_types::{Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl as _;
use serde_json::Value;
use uuid::Uuid;

use crate::classify::Classify as _;
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
    /// The resource before; none for a creation.
    pub before: Option<Value>,
    /// The resource after; none for a deletion.
    pub after: Option<Value>,
}

/// Appends a change to the history. Actor and request id come from the context.
pub async fn record(c: &mut Conn, ctx: &impl TxContext, change: Change) -> Result<(), DbFault> {
    let inserted = diesel::sql_query(
        "INSERT INTO history (tenant, resource, verb, actor, request_id, before, after) VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<Nullable<SqlUuid>, _>(change.tenant)
    .bind::<Text, _>(change.resource)
    .bind::<Text, _>(change.verb)
    .bind::<Text, _>(ctx.actor())
    .bind::<Text, _>(ctx.request_id())
    .bind::<Nullable<Jsonb>, _>(change.before)
    .bind::<Nullable<Jsonb>, _>(change.after)
    .execute(c)
    .await
    .db()?;
    debug_assert_eq!(inserted, 1);
    Ok(())
}
