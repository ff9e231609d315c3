//! The end: out of the hot table, into the finished ones, and a word to the parent.

use dialtone_db::{Classify, Conn, DbFault};
use diesel::{
    prelude::*,
    sql_types::{Jsonb, Nullable, Text},
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::clock_timestamp;
use crate::{
    model::{State, Units},
    schema::operations,
};

/// How an operation ended.
#[derive(Debug)]
pub(crate) struct End<'a> {
    pub(crate) state: State,
    pub(crate) percent: i32,
    pub(crate) units: Units,
    pub(crate) failure: Option<Value>,
    pub(crate) result: Option<&'a Value>,
}

// One statement, so that the steps are read before the cascade takes them.
const END: &str = "
WITH gone AS (DELETE FROM operations WHERE id = $1 RETURNING *)
INSERT INTO operations_finished (id, tenant, kind, version, verb, target, parent, actor, request_id, state, units_done,
                                 units_total, percent, failure, result, steps, create_time, end_time)
SELECT id, tenant, kind, version, verb, target, parent, actor, request_id, $2, $3, $4, $5, $6, $7,
       (SELECT jsonb_agg(jsonb_build_object('name', s.name, 'state', s.state, 'attempts', s.attempts, 'last_error', s.last_error)
                         ORDER BY s.ordinal)
          FROM operation_steps s WHERE s.operation = $1),
       create_time, clock_timestamp()
  FROM gone";

/// Ends an operation. The row was locked in the same transaction.
pub(crate) async fn operation_end(c: &mut Conn, id: Uuid, end: End<'_>) -> Result<(), DbFault> {
    diesel::sql_query(END)
        .bind::<diesel::sql_types::Uuid, _>(id)
        .bind::<Text, _>(end.state.as_str())
        .bind::<diesel::sql_types::BigInt, _>(end.units.done)
        .bind::<diesel::sql_types::BigInt, _>(end.units.total)
        .bind::<diesel::sql_types::Integer, _>(end.percent)
        .bind::<Nullable<Jsonb>, _>(end.failure)
        .bind::<Nullable<Jsonb>, _>(end.result)
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// Makes a parent that may be waiting due at once. It is locked whether it waits or not: a parent that is about to wait looks for
/// unfinished children under the same lock, so one of the two sees the other.
pub(crate) async fn parent_wake(c: &mut Conn, parent: Uuid) -> Result<(), DbFault> {
    diesel::update(operations::table.filter(operations::id.eq(parent).and(operations::run_at.is_not_null())))
        .set(operations::run_at.eq(clock_timestamp()))
        .execute(c)
        .await
        .db()?;
    Ok(())
}
