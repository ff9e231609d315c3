//! One chunk of a batch: the people who are due are created on the target, and what came of it is recorded.
//!
//! The calls are made without a connection, under a key for each row. If the process dies before the record, the same calls are
//! made again under the same keys, and the target knows them.

use std::time::Duration;

use dialtone_authz::Ctx;
use dialtone_db::history::Change;
use dialtone_db::{Conn, DbFault};
use dialtone_ids::TargetName;
use dialtone_operations::Job;
use dialtone_operations::model::Failure;
use futures::stream::{self, StreamExt as _};

use super::{Provisioner, batch_of, record_all, user_change};
use crate::connectors::{CallError, Guarded};
use crate::error::{Error, target_refused};
use crate::model::batch::{BatchResult, Chunk, Outcome, Row, RowOutcome, wait_after};
use crate::model::user::{User, UserState};
use crate::store::batch::{self, Of};
use crate::store::{op::Op, user};

/// What the calls of a chunk gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Called {
    /// These outcomes are to be recorded.
    Outcomes(Vec<RowOutcome>),
    /// The target does not answer; nobody need call it before this time.
    Silent {
        /// Which one.
        target: TargetName,
        /// How long it is left alone.
        wait: Duration,
    },
}

/// How far a batch is after a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// People with a final outcome.
    pub done: i64,
    /// What became of all, once nobody is left.
    pub result: Option<BatchResult>,
}

/// Makes the calls that are due.
pub async fn call(provisioner: &Provisioner, job: &Job) -> Result<Called, Error> {
    let of = batch_of(job.organization, job.id());
    let (target, way) = provisioner.way(&job.ctx, of).await?;
    if let Some(wait) = way.silent_for().filter(|wait| !wait.is_zero()) {
        return Ok(Called::Silent { target: target.name, wait });
    }
    let rows = due(provisioner, job, of).await?;
    let concurrency = provisioner.connectors.config().concurrency.get();
    let calls = rows.into_iter().map(|row| create(&way, job, target.name, row));
    let made: Vec<Option<RowOutcome>> = stream::iter(calls).buffer_unordered(concurrency).collect().await;
    let outcomes: Vec<RowOutcome> = made.into_iter().flatten().collect();
    let answered = outcomes.iter().any(|row| row.outcome.user_state().is_some());
    match way.silent_for() {
        Some(wait) if !answered => Ok(Called::Silent { target: target.name, wait }),
        Some(_) | None => Ok(Called::Outcomes(outcomes)),
    }
}

/// The rows that are due, waiting for the first of them if need be; none when none is left or somebody wants to cancel.
async fn due(provisioner: &Provisioner, job: &Job, of: Of) -> Result<Vec<Row>, Error> {
    let limit = i64::from(provisioner.connectors.config().chunk.get());
    loop {
        let next = provisioner.store.read(Op::BatchChunk, &job.ctx, async |c: &mut Conn| {
            batch::batch_due(c, of, limit).await.map_err(Error::Db)
        });
        match next.await? {
            Chunk::Rows(rows) => return Ok(rows),
            Chunk::Empty => return Ok(Vec::new()),
            Chunk::After(_) if job.cancel_requested() => return Ok(Vec::new()),
            // Rows wait for two seconds at most, which is not worth giving the operation up.
            Chunk::After(wait) => tokio::time::sleep(wait).await,
        }
    }
}

/// One call; none if it was not made.
async fn create(way: &Guarded, job: &Job, target: TargetName, row: Row) -> Option<RowOutcome> {
    let outcome = match way.create_account(&job.row_key(row.index), &row.account).await {
        Ok(()) => Outcome::Provisioned,
        Err(CallError::Refused(said)) => Outcome::Refused(Failure::new(&target_refused(target, &said), &[])),
        Err(CallError::Transient(cause)) => {
            tracing::debug!(index = row.index, cause, "call failed");
            let wait = wait_after(row.attempts.saturating_add(1), rand::random());
            Outcome::Again { after_ms: i64::try_from(wait.as_millis()).unwrap_or(i64::MAX) }
        }
        Err(CallError::NotCalled) => return None,
    };
    Some(RowOutcome { index: row.index, outcome })
}

/// Records what the calls gave, in the transaction of the step.
pub async fn settle(c: &mut Conn, job: &Job, outcomes: &[RowOutcome]) -> Result<Progress, DbFault> {
    let of = batch_of(job.organization, job.id());
    let settled = batch::batch_settle(c, of, outcomes).await?;
    let moved = user::users_settle(c, of.organization, &settled).await?;
    tell(c, &job.ctx, &moved).await?;
    let counts = batch::batch_count(c, of).await?;
    let done = counts.provisioned + counts.refused;
    if counts.pending > 0 {
        return Ok(Progress { done, result: None });
    }
    let failures = batch::batch_failures(c, of).await?;
    batch::batch_end(c, of).await?;
    Ok(Progress { done, result: Some(BatchResult { provisioned_count: counts.provisioned, failures }) })
}

async fn tell(c: &mut Conn, ctx: &Ctx, moved: &[User]) -> Result<(), DbFault> {
    let change = |user: &User| {
        let verb = match user.state {
            UserState::Provisioned => "user.provisioned",
            UserState::Error => "user.refused",
            UserState::Provisioning => return None,
        };
        Some(Change { before: Some(user.view_in(UserState::Provisioning)), ..user_change(user, verb) })
    };
    let changes: Vec<Change> = moved.iter().filter_map(change).collect();
    record_all(c, ctx, &changes).await
}
