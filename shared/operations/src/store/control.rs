//! What people do to operations: cancel, resume, delete; and the purge of old finished ones.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify, Conn, DbFault};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{OperationRow, clock_timestamp};
use crate::{
    model::Position,
    schema::{operations, operations_finished},
};

/// Locks an unfinished operation, whoever holds it.
pub(crate) async fn operation_lock(c: &mut Conn, id: Uuid) -> Result<Option<OperationRow>, DbFault> {
    operations::table.find(id).select(OperationRow::as_select()).for_no_key_update().first(c).await.optional().db()
}

/// Writes where a person put the operation, and makes it due. Leaves lease and epoch alone: a worker that has it goes on, and
/// finds the wish when it commits.
pub(crate) async fn operation_steer(c: &mut Conn, id: Uuid, to: Position) -> Result<(), DbFault> {
    diesel::update(operations::table.find(id))
        .set((
            operations::state.eq(to.state.as_str()),
            operations::ending.eq(to.ending.map(|e| e.as_str())),
            operations::failures.eq(i32::try_from(to.failures).unwrap_or(i32::MAX)),
            operations::cancel_requested.eq(to.cancel),
            operations::run_at.eq(clock_timestamp()),
            operations::update_time.eq(clock_timestamp().assume_not_null()),
        ))
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// Replaces the input, when an operation is resumed with more of it.
pub(crate) async fn operation_input(c: &mut Conn, id: Uuid, input: &Value) -> Result<(), DbFault> {
    diesel::update(operations::table.find(id)).set(operations::input.eq(input)).execute(c).await.db()?;
    Ok(())
}

/// The unfinished operations that this one started.
pub(crate) async fn children_under_way(c: &mut Conn, parent: Uuid) -> Result<Vec<Uuid>, DbFault> {
    operations::table.filter(operations::parent.eq(parent)).select(operations::id).load(c).await.db()
}

/// Deletes a finished operation; whether there was one.
pub(crate) async fn finished_delete(c: &mut Conn, id: Uuid) -> Result<bool, DbFault> {
    let rows = diesel::delete(operations_finished::table.find(id)).execute(c).await.db()?;
    Ok(rows > 0)
}

/// Deletes at most `limit` operations that ended before `before`; how many they were.
pub(crate) async fn finished_purge(c: &mut Conn, before: DateTime<Utc>, limit: i64) -> Result<usize, DbFault> {
    let old = operations_finished::table
        .filter(operations_finished::end_time.lt(before))
        .select(operations_finished::id)
        .limit(limit)
        .load::<Uuid>(c)
        .await
        .db()?;
    diesel::delete(operations_finished::table.filter(operations_finished::id.eq_any(old))).execute(c).await.db()
}
