//! What a turn means: the step's own rows are written, and the model says where the operation stands then.

use dialtone_db::{Conn, DbFault};
use dialtone_status::Fault;
use serde_json::Value;

use super::{attempt::caught, turn::Happened, worker::Worker};
use crate::{
    job::Job,
    model::{Ending, Event, Failure, Move, Position, State, Units, merge, percent},
    step::{Next, NextKind, StepError},
    store::{OperationRow, failure_json},
};

/// How long a step waits after a failure of the database that named no wait of its own.
const DATABASE_WAIT: std::time::Duration = std::time::Duration::from_secs(1);

/// What a turn is about to write.
pub(crate) struct Turn {
    pub(crate) from: Position,
    pub(crate) next: Move,
    pub(crate) notes: Value,
    pub(crate) units: Units,
    pub(crate) percent: i32,
    pub(crate) result: Value,
    /// Why the attempt failed.
    pub(crate) error: Option<Value>,
    /// What the operation will end with, or ends with.
    pub(crate) failure: Option<Value>,
    pub(crate) attempted: bool,
}

impl Worker {
    pub(crate) async fn decide(
        &self,
        c: &mut Conn,
        job: &Job,
        row: &OperationRow,
        happened: Happened<'_>,
        chance: f64,
    ) -> Result<Turn, StepError> {
        let from = row.position(self.position.steps).map_err(StepError::Db)?;
        match happened {
            // The claim wrote RUNNING; whether the operation had begun before is what the worker saw then.
            Happened::Arrived(event) => {
                let from = Position { cancel: from.cancel, ..self.position };
                self.without_progress(row, from, event, Some(&lost()), false)
            }
            Happened::Failed(error) => {
                let event = self.failed(error, chance);
                self.without_progress(row, from, event, Some(&failure(error)), true)
            }
            Happened::Acted(acted) => {
                let next = self.commit_step(c, job, acted).await?;
                self.with_progress(row, from, next)
            }
        }
    }

    async fn commit_step(&self, c: &mut Conn, job: &Job, acted: &Value) -> Result<Next, StepError> {
        let commit = async {
            match self.position.is_undoing() {
                false => self.step().commit(c, job, acted).await,
                true => self.step().undo_commit(c, job, acted).await,
            }
        };
        caught(commit).await
    }

    fn with_progress(&self, row: &OperationRow, from: Position, next: Next) -> Result<Turn, StepError> {
        let (event, result) = match next.kind {
            NextKind::Done => (Event::Done, Value::Null),
            NextKind::Again => (Event::Chunk, Value::Null),
            NextKind::Children => (Event::Children, Value::Null),
            NextKind::Finish(result) => (Event::Finish, result),
        };
        let moved = from.after(event).ok_or_else(nothing_follows)?;
        let before = row.units();
        let units =
            Units { done: next.units_done.unwrap_or(before.done), total: next.units_total.unwrap_or(before.total) };
        let counted = matches!(event, Event::Chunk | Event::Children).then_some(units);
        let percent = match from.is_undoing() {
            true => row.percent,
            false => percent(row.percent, &self.definition.weights(), completed(from, event), counted),
        };
        let notes = row.notes.clone();
        Ok(Turn {
            from,
            next: moved,
            notes: next.notes.map_or_else(|| notes.clone(), |patch| merge(notes.clone(), patch)),
            units,
            percent,
            result,
            error: None,
            failure: failure_after(row, moved, None),
            attempted: true,
        })
    }

    fn without_progress(
        &self,
        row: &OperationRow,
        from: Position,
        event: Event,
        failure: Option<&Failure>,
        attempted: bool,
    ) -> Result<Turn, StepError> {
        let next = from.after(event).ok_or_else(nothing_follows)?;
        // A claim that only finds the wish to cancel has nothing to complain about.
        let failed = attempted || next.to.state == State::Stuck || next.to.ending == Some(Ending::Failed);
        let failure = failure.filter(|_| failed).map(failure_json);
        Ok(Turn {
            from,
            next,
            notes: row.notes.clone(),
            units: row.units(),
            percent: row.percent,
            result: Value::Null,
            error: failure.clone(),
            failure: failure_after(row, next, failure),
            attempted: failed,
        })
    }

    fn failed(&self, error: &StepError, chance: f64) -> Event {
        let rule = self.step().retry();
        match error {
            StepError::Retry { after, .. } => Event::Retry { rule, chance, asked: *after },
            StepError::Db(_) => Event::Retry { rule, chance, asked: None },
            StepError::Stuck { .. } => Event::Stuck,
            StepError::Fail(_) => Event::Fail,
        }
    }
}

/// Steps completed, for the percentage.
fn completed(from: Position, event: Event) -> usize {
    from.step + usize::from(matches!(event, Event::Done | Event::Finish))
}

/// What the operation ends with: the failure that began the taking back, or that it was cancelled.
fn failure_after(row: &OperationRow, next: Move, failure: Option<Value>) -> Option<Value> {
    match next.to.state {
        State::Cancelled => Some(failure_json(&Failure::cancelled())),
        State::Failed => Some(row.failure.clone().unwrap_or_else(|| failure_json(&lost()))),
        State::Undoing if row.ending.is_none() && next.to.ending == Some(Ending::Failed) => failure,
        State::Pending | State::Running | State::Stuck | State::Undoing => row.failure.clone(),
        State::Succeeded => None,
    }
}

/// What of a step's error is kept.
fn failure(error: &StepError) -> Failure {
    match error {
        StepError::Retry { fault, .. } | StepError::Fail(fault) => Failure::new(fault, &[]),
        StepError::Stuck { fault, needs } => Failure::new(fault, needs),
        StepError::Db(fault) if fault.is_unavailable() => Failure::new(&Fault::unavailable(DATABASE_WAIT), &[]),
        StepError::Db(fault) => Failure::new(&Fault::internal(fault), &[]),
    }
}

/// The failure of attempts that nobody lived to record.
fn lost() -> Failure {
    Failure::new(&Fault::internal("attempts ended without a record"), &[])
}

/// The model knows no consequence of what happened: the row was changed behind the engine's back.
fn nothing_follows() -> StepError {
    StepError::Db(DbFault::Other("the operation is in no state to be worked on".to_owned()))
}
