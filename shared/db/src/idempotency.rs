//! Idempotency rows: who asked what under which `request_id`, and what was answered.
//!
//! The row is inserted first and answered last, in the transaction of the effect. Its primary key is the lock: a concurrent
//! duplicate waits on it until the first request has committed or rolled back.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::Conn;
use crate::classify::Classify as _;
use crate::context::TxContext;
use crate::fault::DbFault;
use crate::pool::Store;
use crate::schema::idempotency_keys as table;

/// How a mutating request wants to be treated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mutation {
    /// The RPC, as `/package.Service/Method`.
    pub method: &'static str,
    /// Who asks; two callers may use the same `request_id` without meeting.
    pub caller: String,
    /// The client's name for this request; without one every request is a new one.
    pub request_id: Option<Uuid>,
    /// SHA-256 of the canonical request without `request_id`.
    pub body_hash: [u8; 32],
    /// Whether the effect is only tried and rolled back.
    pub validate_only: bool,
}

/// Whether a request id of this caller and method has an answer: for requests that take effect before they are whole, such as
/// streams. The last word is [`crate::Store::mutate`]'s.
///
/// # Errors
/// The fault of the query.
pub async fn is_taken(c: &mut Conn, caller: &str, method: &str, request_id: Uuid) -> Result<bool, DbFault> {
    diesel::select(diesel::dsl::exists(table::table.find((caller, method, request_id)))).get_result(c).await.db()
}

/// Whose request it is.
pub(crate) enum Claim {
    /// Nobody else's: this transaction holds the row.
    Ours,
    /// An equal request was answered so.
    Answered(Value),
    /// The id belongs to another request.
    Other,
}

/// Takes the request id, waiting for a concurrent holder to end.
pub(crate) async fn claim(c: &mut Conn, mutation: &Mutation, request_id: Uuid) -> Result<Claim, DbFault> {
    let inserted = diesel::insert_into(table::table)
        .values((
            table::caller.eq(&mutation.caller),
            table::method.eq(mutation.method),
            table::request_id.eq(request_id),
            table::body_hash.eq(mutation.body_hash.as_slice()),
        ))
        .on_conflict_do_nothing()
        .execute(c)
        .await
        .db()?;
    if inserted == 1 {
        return Ok(Claim::Ours);
    }
    match find(c, mutation, request_id).await? {
        Some((hash, _)) if hash != mutation.body_hash => Ok(Claim::Other),
        Some((_, Some(answer))) => Ok(Claim::Answered(answer)),
        Some((_, None)) => Err(DbFault::Other("an idempotency row was committed without its answer".to_owned())),
        // Purged between the two statements: run again, the request is the first under this id.
        None => Err(DbFault::Serialization),
    }
}

/// What an equal request was answered under this id; none if there was none.
pub(crate) async fn answered(c: &mut Conn, mutation: &Mutation, request_id: Uuid) -> Result<Option<Value>, DbFault> {
    let found = find(c, mutation, request_id).await?;
    Ok(found.filter(|(hash, _)| *hash == mutation.body_hash).and_then(|(_, answer)| answer))
}

async fn find(
    c: &mut Conn,
    mutation: &Mutation,
    request_id: Uuid,
) -> Result<Option<(Vec<u8>, Option<Value>)>, DbFault> {
    let row = table::table.find((&mutation.caller, mutation.method, request_id));
    row.select((table::body_hash, table::answer)).first(c).await.optional().db()
}

/// Stores the answer of the request that this transaction claimed.
pub(crate) async fn answer(c: &mut Conn, mutation: &Mutation, request_id: Uuid, answer: Value) -> Result<(), DbFault> {
    let updated = diesel::update(table::table.find((&mutation.caller, mutation.method, request_id)))
        .set(table::answer.eq(answer))
        .execute(c)
        .await
        .db()?;
    if updated == 1 {
        Ok(())
    } else {
        Err(DbFault::Other("the idempotency row of this transaction is gone".to_owned()))
    }
}

/// Rows removed by one transaction of [`purge`], so that its locks are short.
const PURGE_BATCH: usize = 1_000;

/// Removes the answers older than the configured `idempotency_days`, in batches, and says how many they were.
///
/// # Errors
/// The fault of the batch that failed; the batches before it stay removed.
pub async fn purge(store: &Store, ctx: &impl TxContext) -> Result<usize, DbFault> {
    let oldest = Utc::now() - chrono::TimeDelta::days(i64::from(store.config().idempotency_days.get()));
    let mut removed = 0;
    loop {
        let batch = store.tx("idempotency_purge", ctx, async |c| purge_batch(c, oldest).await).await?;
        removed += batch;
        if batch < PURGE_BATCH {
            return Ok(removed);
        }
    }
}

async fn purge_batch(c: &mut Conn, oldest: DateTime<Utc>) -> Result<usize, DbFault> {
    let sql = format!(
        "DELETE FROM idempotency_keys WHERE ctid = ANY (ARRAY(\
           SELECT ctid FROM idempotency_keys WHERE created < $1 ORDER BY created LIMIT {PURGE_BATCH} \
           FOR UPDATE SKIP LOCKED))"
    );
    diesel::sql_query(sql).bind::<diesel::sql_types::Timestamptz, _>(oldest).execute(c).await.db()
}
