//! One claimed operation, from the claim until it ends, rests, or is somebody else's.

use std::{sync::Arc, time::Duration};

use dialtone_authz::{Ctx, JOB_TIME};
use dialtone_db::DbFault;
use dialtone_ids::{OperationId, OperationName, OrganizationId};
use serde_json::Value;
use tokio::time::Instant;

use super::{
    attempt::attempt,
    held::Lease,
    turn::{Happened, TurnError},
};
use crate::{
    definition::Definition,
    hook::{Point, Verdict},
    job::Job,
    model::{Event, Position, Then, Units},
    operations::Inner,
    step::{AnyStep, StepError},
    store::{Claimed, OperationRow},
};

/// The least wait before an operation is taken again whose turn could not be written.
const UNWRITTEN_WAIT: Duration = Duration::from_millis(500);

/// How work on an operation stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// It ended, rests or is stuck, and that is written.
    Written,
    /// It is somebody else's, or the test says that this process died: nothing more may be done.
    Abandoned,
    /// It is to be given back as it is.
    GiveBack,
    /// A turn could not be written: to be given back, counted as a failure.
    Unwritten,
}

/// A worker at one operation.
pub(crate) struct Worker {
    pub(crate) ops: Arc<Inner>,
    pub(crate) definition: Arc<Definition>,
    pub(crate) lease: Arc<Lease>,
    pub(crate) row: OperationRow,
    pub(crate) position: Position,
}

impl Worker {
    pub(crate) fn new(
        ops: Arc<Inner>,
        definition: Arc<Definition>,
        lease: Arc<Lease>,
        claimed: Claimed,
    ) -> Result<Self, DbFault> {
        let position = claimed.operation.position(definition.steps.len())?;
        Ok(Self { ops, definition, lease, row: claimed.operation, position })
    }

    pub(crate) fn id(&self) -> OperationId {
        OperationId::from_uuid(self.row.id)
    }

    /// Works until there is a reason to stop. Between turns it stops when `is_due_to_stop` says so of the time it has worked.
    pub(crate) async fn drive(&mut self, is_due_to_stop: impl Fn(Duration) -> bool) -> Stopped {
        let begun = Instant::now();
        if self.at(Point::Claimed, self.position.step).await == Verdict::Crash {
            return Stopped::Abandoned;
        }
        let mut then = match self.arrive().await {
            Ok(then) => then,
            Err(stopped) => return stopped,
        };
        while then == Then::Proceed {
            if is_due_to_stop(begun.elapsed()) {
                return Stopped::GiveBack;
            }
            then = match self.turn().await {
                Ok(then) => then,
                Err(stopped) => return stopped,
            };
        }
        Stopped::Written
    }

    /// What the claim itself means. Usually nothing that would have to be written.
    async fn arrive(&mut self) -> Result<Then, Stopped> {
        let event = Event::Claimed { rule: self.step().retry() };
        let next = self.position.after(event).ok_or(Stopped::GiveBack)?;
        if next.then == Then::Proceed && !next.to.is_undoing() {
            self.position = next.to;
            return Ok(next.then);
        }
        if next.to == self.position {
            return Ok(next.then);
        }
        self.write(&self.job(), Happened::Arrived(event)).await
    }

    /// One attempt at the current step, and the record of it.
    async fn turn(&mut self) -> Result<Then, Stopped> {
        let begun = Instant::now();
        let definition = Arc::clone(&self.definition);
        let index = self.position.step;
        let step = definition.steps[index].as_ref();
        let undoing = self.position.is_undoing();
        let mut job = self.job();
        let acted = attempt(step, &job, undoing).await;
        // The time limit was the act's; the record has its own.
        job.ctx.deadline = Instant::now() + JOB_TIME;
        let acted_at = if undoing { Point::Undone } else { Point::Acted };
        if self.at(acted_at, index).await == Verdict::Crash {
            return Err(Stopped::Abandoned);
        }
        let written = self.conclude(&job, acted).await;
        let outcome = written.as_ref().map_or("unwritten", |(outcome, _)| outcome);
        self.ops.metrics.attempt(definition.kind, step.name(), outcome, begun.elapsed());
        let (_, then) = written?;
        let committed_at = if undoing { Point::UndoCommitted } else { Point::Committed };
        if self.at(committed_at, index).await == Verdict::Crash {
            return Err(Stopped::Abandoned);
        }
        Ok(then)
    }

    /// Records an attempt; if its commit is refused by the step, records that as the failure it is.
    async fn conclude(&mut self, job: &Job, acted: Result<Value, StepError>) -> Result<(&'static str, Then), Stopped> {
        let error = match acted {
            Err(error) => error,
            Ok(acted) => match self.try_write(job, Happened::Acted(&acted)).await {
                Ok(then) => return Ok(("committed", then)),
                Err(TurnError::Step(error)) if !outcome_unknown(&error) => error,
                Err(other) => return Err(stopped(&other)),
            },
        };
        tracing::info!(attempt = job.attempt, %error, cause = error.cause(), "attempt failed");
        let then = self.write(job, Happened::Failed(&error)).await?;
        Ok((label(&error), then))
    }

    async fn write(&mut self, job: &Job, happened: Happened<'_>) -> Result<Then, Stopped> {
        self.try_write(job, happened).await.map_err(|error| {
            tracing::warn!(step = job.step, %error, "turn not written");
            stopped(&error)
        })
    }

    async fn try_write(&mut self, job: &Job, happened: Happened<'_>) -> Result<Then, TurnError> {
        let until = Instant::now() + self.ops.config.lease();
        let written = self.write_turn(job, happened).await?;
        self.lease.renew(until);
        self.position = written.to;
        self.row.notes = written.notes;
        self.row.input = written.input;
        self.row.units_done = written.units.done;
        self.row.units_total = written.units.total;
        self.row.percent = written.percent;
        self.announce(written.then);
        Ok(written.then)
    }

    /// Tells this process what others learn by looking.
    fn announce(&self, then: Then) {
        if then == Then::End {
            self.ops.metrics.ended(self.definition.kind, self.position.state);
            self.ops.hub.ended(self.id());
            if self.row.parent.is_some() {
                self.ops.hub.ring();
            }
        }
    }

    pub(crate) fn step(&self) -> &dyn AnyStep {
        self.definition.steps[self.position.step].as_ref()
    }

    pub(crate) fn job(&self) -> Job {
        let step = self.step();
        let row = &self.row;
        Job {
            name: OperationName::new(self.ops.service, self.id()),
            organization: OrganizationId::from_uuid(row.tenant),
            target: row.target.clone(),
            actor: row.actor.clone(),
            parent: row.parent.map(OperationId::from_uuid),
            input: row.input.clone(),
            notes: row.notes.clone(),
            units: Units { done: row.units_done, total: row.units_total },
            step: step.name(),
            attempt: self.position.failures + 1,
            ctx: self.ctx(step.time_limit()),
            cancel: Arc::clone(&self.lease.cancel),
        }
    }

    /// The service, acting for whoever began the operation, under the id of the request that did.
    fn ctx(&self, limit: Duration) -> Ctx {
        let mut ctx =
            Ctx::job(self.ops.service, self.definition.kind).for_actor(&self.row.actor).until(Instant::now() + limit);
        ctx.request_id.clone_from(&self.row.request_id);
        match self.definition.across_tenants {
            true => ctx,
            false => ctx.within(OrganizationId::from_uuid(self.row.tenant)),
        }
    }

    pub(crate) async fn at(&self, point: Point, step: usize) -> Verdict {
        self.ops.hooks.at(point, Some((self.id(), step))).await
    }

    /// How long to wait after a turn that could not be written.
    pub(crate) fn unwritten_wait(&self) -> Duration {
        self.step().retry().delay(self.position.failures + 1, rand::random(), Some(UNWRITTEN_WAIT))
    }
}

fn stopped(error: &TurnError) -> Stopped {
    match error {
        TurnError::Lost | TurnError::Crashed => Stopped::Abandoned,
        TurnError::Step(_) => Stopped::Unwritten,
    }
}

/// Whether nobody knows if the turn is written. The operation's own row knows: it is given back and read anew.
fn outcome_unknown(error: &StepError) -> bool {
    matches!(error, StepError::Db(DbFault::OutcomeUnknown))
}

fn label(error: &StepError) -> &'static str {
    match error {
        StepError::Retry { .. } => "retry",
        StepError::Stuck { .. } => "stuck",
        StepError::Fail(_) => "failed",
        StepError::Db(_) => "database",
    }
}
