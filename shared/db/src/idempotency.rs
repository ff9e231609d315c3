//! Request ids: the same id and body give the same answer, whatever happened in between.
//!
//! The row is inserted first, so a concurrent duplicate waits for the first to end and then finds its answer. It commits with
//! the effect, so there is never one without the other.

use diesel::sql_types::{BigInt, Binary, Integer, Jsonb, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl as _;
use serde_json::Value;
use uuid::Uuid;

use crate::classify::Classify as _;
use crate::{Conn, DbFault};

/// What identifies a mutation, and whether it is meant.
#[derive(Clone, Debug)]
pub struct Mutation {
    /// The RPC's path.
    pub method: &'static str,
    /// Who calls: keys of different callers never meet.
    pub caller: String,
    /// The caller's idempotency key; without one every call is new.
    pub request_id: Option<Uuid>,
    /// SHA-256 of the canonical request without its id.
    pub body_hash: [u8; 32],
    /// Do everything, answer, and take it back.
    pub validate_only: bool,
}

/// What a request id means at the beginning of a transaction.
pub(crate) enum Begun {
    /// Never seen: go on, then [`finish`].
    Fresh,
    /// Done before: this was the answer.
    Replay(Value),
}

#[derive(diesel::QueryableByName)]
struct Known {
    #[diesel(sql_type = Binary)]
    body_hash: Vec<u8>,
    #[diesel(sql_type = Nullable<Jsonb>)]
    answer: Option<Value>,
}

/// Takes the request id, waiting for a concurrent holder to end.
pub(crate) async fn begin(c: &mut Conn, m: &Mutation, id: Uuid) -> Result<Begun, DbFault> {
    let inserted = diesel::sql_query(
        "INSERT INTO idempotency_keys (caller, method, request_id, body_hash) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
    )
    .bind::<Text, _>(&m.caller)
    .bind::<Text, _>(m.method)
    .bind::<SqlUuid, _>(id)
    .bind::<Binary, _>(&m.body_hash[..])
    .execute(c)
    .await
    .db()?;
    if inserted == 1 {
        return Ok(Begun::Fresh);
    }
    let known = find(c, m, id).await?;
    if known.body_hash != m.body_hash {
        return Err(DbFault::RequestIdReused(id));
    }
    // An answer is missing only in a transaction that still runs, and that one would have made the insert wait.
    known.answer.map(Begun::Replay).ok_or(DbFault::Serialization)
}

async fn find(c: &mut Conn, m: &Mutation, id: Uuid) -> Result<Known, DbFault> {
    let found = diesel::sql_query(
        "SELECT body_hash, answer FROM idempotency_keys WHERE caller = $1 AND method = $2 AND request_id = $3",
    )
    .bind::<Text, _>(&m.caller)
    .bind::<Text, _>(m.method)
    .bind::<SqlUuid, _>(id)
    .get_result(c)
    .await
    .db();
    // Purged between the two statements: as if it had never been there.
    found.map_err(|fault| if fault == DbFault::NotFound { DbFault::Serialization } else { fault })
}

/// Stores the answer.
pub(crate) async fn finish(c: &mut Conn, m: &Mutation, id: Uuid, answer: Value) -> Result<(), DbFault> {
    diesel::sql_query("UPDATE idempotency_keys SET answer = $4 WHERE caller = $1 AND method = $2 AND request_id = $3")
        .bind::<Text, _>(&m.caller)
        .bind::<Text, _>(m.method)
        .bind::<SqlUuid, _>(id)
        .bind::<Jsonb, _>(answer)
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// Deletes up to `limit` keys older than `days` and says how many: call again while it is `limit`.
pub async fn purge(c: &mut Conn, days: u16, limit: i64) -> Result<usize, DbFault> {
    diesel::sql_query(
        "DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY( \
         SELECT ctid FROM idempotency_keys WHERE created < now() - make_interval(days => $1) ORDER BY created LIMIT $2 FOR UPDATE SKIP LOCKED))",
    )
    .bind::<Integer, _>(i32::from(days))
    .bind::<BigInt, _>(limit)
    .execute(c)
    .await
    .db()
}
