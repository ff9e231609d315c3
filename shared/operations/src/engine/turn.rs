//! One turn as one transaction: the step's rows, the step's record, progress, state, history and event, or none of them.
//!
//! The operation is locked first, under the epoch of the claim. Whoever has lost it finds nothing to lock and writes nothing.

use dialtone_db::{Conn, DbFault, TxError};
use serde_json::Value;

use super::{decide::Turn, worker::Worker};
use crate::{
    control,
    hook::{Point, Verdict},
    job::Job,
    model::{Event, Position, State, Then, Units},
    record,
    step::StepError,
    store::{self, End, Hold, OperationRow, Progress, StepChange},
};

/// What a turn records.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Happened<'a> {
    /// The claim itself changed something.
    Arrived(Event),
    /// The outside part succeeded; its result is to be committed.
    Acted(&'a Value),
    /// The attempt failed.
    Failed(&'a StepError),
}

/// Why a turn was not written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TurnError {
    /// The operation is no longer this worker's.
    #[error("somebody else has the operation")]
    Lost,
    /// A test says that the process died here.
    #[error("crashed on request")]
    Crashed,
    /// The step's commit refused, or the database did.
    #[error("{0}")]
    Step(StepError),
}

impl TxError for TurnError {
    fn from_fault(fault: DbFault) -> Self {
        Self::Step(StepError::Db(fault))
    }

    fn fault(&self) -> Option<&DbFault> {
        match self {
            Self::Step(error) => error.fault(),
            Self::Lost | Self::Crashed => None,
        }
    }
}

/// What a turn wrote.
#[derive(Debug, Clone)]
pub(crate) struct Written {
    pub(crate) to: Position,
    pub(crate) then: Then,
    pub(crate) notes: Value,
    pub(crate) input: Value,
    pub(crate) units: Units,
    pub(crate) percent: i32,
}

impl Worker {
    /// Writes a turn in a transaction of its own.
    pub(crate) async fn write_turn(&self, job: &Job, happened: Happened<'_>) -> Result<Written, TurnError> {
        let chance = rand::random();
        let store = self.ops.store.clone();
        store.tx("operation_turn", &job.ctx, async |c: &mut Conn| self.turn_in(c, job, happened, chance).await).await
    }

    async fn turn_in(
        &self,
        c: &mut Conn,
        job: &Job,
        happened: Happened<'_>,
        chance: f64,
    ) -> Result<Written, TurnError> {
        let locked = store::operation_lock_held(c, self.row.id, self.row.epoch).await;
        let row = locked.map_err(TurnError::from_fault)?.ok_or(TurnError::Lost)?;
        let turn = self.decide(c, job, &row, happened, chance).await.map_err(TurnError::Step)?;
        self.store_turn(c, job, &row, &turn).await.map_err(TurnError::from_fault)?;
        let point = if turn.from.is_undoing() { Point::UndoCommitting } else { Point::Committing };
        if self.at(point, turn.from.step).await == Verdict::Crash {
            return Err(TurnError::Crashed);
        }
        Ok(Written {
            to: turn.next.to,
            then: turn.next.then,
            notes: turn.notes,
            input: row.input,
            units: turn.units,
            percent: turn.percent,
        })
    }
}

impl Worker {
    async fn store_turn(&self, c: &mut Conn, job: &Job, row: &OperationRow, turn: &Turn) -> Result<(), DbFault> {
        let (from, to) = (turn.from, turn.next.to);
        let change = StepChange { state: turn.next.mark, attempted: turn.attempted, error: turn.error.clone() };
        store::step_change(c, row.id, from.step, change).await?;
        if turn.next.then == Then::End {
            self.store_end(c, row, turn).await?;
        } else {
            self.store_progress(c, row, turn).await?;
        }
        if to.is_undoing() && !from.is_undoing() {
            control::cancel_children(c, &job.ctx, self.ops.service, row.id).await?;
        }
        if to.state != from.state {
            record::changed(c, &job.ctx, self.ops.service, row, to.state).await?;
        }
        Ok(())
    }

    async fn store_end(&self, c: &mut Conn, row: &OperationRow, turn: &Turn) -> Result<(), DbFault> {
        let succeeded = turn.next.to.state == State::Succeeded;
        let end = End {
            state: turn.next.to.state,
            percent: if succeeded { 100 } else { turn.percent },
            units: turn.units,
            failure: turn.failure.clone(),
            result: succeeded.then_some(&turn.result),
        };
        store::operation_end(c, row.id, end).await?;
        match row.parent {
            Some(parent) => store::parent_wake(c, parent).await,
            None => Ok(()),
        }
    }

    async fn store_progress(&self, c: &mut Conn, row: &OperationRow, turn: &Turn) -> Result<(), DbFault> {
        let config = &self.ops.config;
        let hold = match turn.next.then {
            Then::Proceed | Then::End => Hold::Keep(config.lease()),
            Then::Rest(wait) => Hold::Due(wait),
            Then::Await if store::has_children_under_way(c, row.id).await? => Hold::Due(config.children_poll()),
            Then::Await => Hold::Due(std::time::Duration::ZERO),
            Then::Park => Hold::Parked,
        };
        let progress = Progress {
            to: turn.next.to,
            notes: &turn.notes,
            units: turn.units,
            percent: turn.percent,
            failure: turn.failure.clone(),
            hold,
        };
        store::operation_progress(c, row.id, progress).await
    }
}
