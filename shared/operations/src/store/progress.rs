//! What a worker writes while an operation goes on. Zero rows mean that it is no longer the worker's to write.

use std::time::Duration;

use dialtone_db::{Classify, Conn, DbFault};
use diesel::{
    dsl::{case_when, exists, select},
    prelude::*,
    sql_types::Bool,
};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::{OperationRow, clock_timestamp, moment};
use crate::{
    model::{Position, StepState, Units},
    schema::{operation_steps, operations},
};

/// Locks the operation for the rest of the transaction, if this epoch still holds it. From here to COMMIT nobody can claim it.
pub(crate) async fn operation_lock_held(c: &mut Conn, id: Uuid, epoch: i64) -> Result<Option<OperationRow>, DbFault> {
    operations::table
        .filter(operations::id.eq(id).and(operations::epoch.eq(epoch)))
        .select(OperationRow::as_select())
        .for_no_key_update()
        .first(c)
        .await
        .optional()
        .db()
}

/// Where the operation stands after a turn, and who has it then.
#[derive(Debug)]
pub(crate) struct Progress<'a> {
    pub(crate) to: Position,
    pub(crate) notes: &'a Value,
    pub(crate) units: Units,
    pub(crate) percent: i32,
    pub(crate) failure: Option<Value>,
    pub(crate) hold: Hold,
}

/// Who has an operation after a turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hold {
    /// The worker, for another lease.
    Keep(Duration),
    /// Nobody; due after this time.
    Due(Duration),
    /// Nobody; due when a person acts.
    Parked,
}

impl Hold {
    fn lease(self) -> Option<Duration> {
        match self {
            Self::Keep(lease) => Some(lease),
            Self::Due(_) | Self::Parked => None,
        }
    }

    fn due(self) -> Option<Duration> {
        match self {
            Self::Due(after) => Some(after),
            Self::Keep(_) | Self::Parked => None,
        }
    }
}

/// Writes a turn. The row was locked by [`operation_lock_held`] in the same transaction.
pub(crate) async fn operation_progress(c: &mut Conn, id: Uuid, turn: Progress<'_>) -> Result<(), DbFault> {
    let keeps = matches!(turn.hold, Hold::Keep(_)).into_sql::<Bool>();
    diesel::update(operations::table.find(id))
        .set((
            operations::state.eq(turn.to.state.as_str()),
            operations::ending.eq(turn.to.ending.map(|e| e.as_str())),
            operations::step.eq(i32::try_from(turn.to.step).unwrap_or(i32::MAX)),
            operations::failures.eq(i32::try_from(turn.to.failures).unwrap_or(i32::MAX)),
            operations::notes.eq(turn.notes),
            operations::units_done.eq(turn.units.done),
            operations::units_total.eq(turn.units.total),
            operations::percent.eq(turn.percent),
            operations::failure.eq(turn.failure),
            operations::lease_until.eq(moment(turn.hold.lease())),
            // Left as it is while the worker keeps it: the column is indexed, and an unchanged value costs nothing.
            operations::run_at.eq(case_when(keeps, operations::run_at).otherwise(moment(turn.hold.due()))),
            operations::update_time.eq(clock_timestamp().assume_not_null()),
        ))
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// What happened to a step.
#[derive(Debug, Clone, Default)]
pub(crate) struct StepChange {
    /// Its new state, if it has one. A failed step stays FAILED when its effect is taken back.
    pub(crate) state: Option<StepState>,
    /// An attempt ended.
    pub(crate) attempted: bool,
    /// Why the attempt failed, if it did.
    pub(crate) error: Option<Value>,
}

/// Writes what happened to a step.
pub(crate) async fn step_change(c: &mut Conn, operation: Uuid, step: usize, change: StepChange) -> Result<(), DbFault> {
    let ordinal = i32::try_from(step).unwrap_or(i32::MAX);
    // Undone, but FAILED stays what it is.
    let failed = StepState::Failed.as_str();
    let unless = if change.state == Some(StepState::Undone) { failed } else { "" };
    let state = change.state.map(|state| {
        let keeps = operation_steps::state.eq(unless);
        operation_steps::state.eq(case_when(keeps, operation_steps::state).otherwise(state.as_str()))
    });
    diesel::update(operation_steps::table.find((operation, ordinal)))
        .set((
            state,
            operation_steps::attempts.eq(operation_steps::attempts + i32::from(change.attempted)),
            change.error.map(|error| operation_steps::last_error.eq(Some(error))),
        ))
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// Whether an operation started by this one has not ended.
pub(crate) async fn has_children_under_way(c: &mut Conn, parent: Uuid) -> Result<bool, DbFault> {
    select(exists(operations::table.filter(operations::parent.eq(parent)))).get_result(c).await.db()
}
