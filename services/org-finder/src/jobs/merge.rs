//! The steps of `MergeOrganizations`: take over at once, carry people in chunks, finish. Taken back, people return in chunks, then
//! everything else at once.

use dialtone_db::Conn;
use dialtone_operations::{Definition, Job, Next, Step, StepError};
use dialtone_status::Fault;
use serde_json::{Value, json};

use crate::error::Error;
use crate::ops::carry_people::Progress;
use crate::ops::{carry_people, finish_merge, give_back, merge_organizations, take_over};

/// People of one chunk.
const CHUNK: i64 = 1_000;

/// What errors are for those who look at the operation.
pub type Explain = fn(Error) -> Fault;

/// `MergeOrganizations`. It touches the links of others, so it sees everybody's rows.
pub fn merge_organizations(undo_days: u16, explain: Explain) -> Definition {
    Definition::new(merge_organizations::KIND, 1)
        .step(TakeOver { explain })
        .step(CarryPeople)
        .step(Finish { undo_days })
        .across_tenants()
}

struct TakeOver {
    explain: Explain,
}

impl TakeOver {
    /// The database is asked again; a plan that is another one by now ends the merge.
    fn failed(&self, error: Error) -> StepError {
        match error {
            Error::Db(fault) => StepError::Db(fault),
            other => StepError::Fail((self.explain)(other)),
        }
    }
}

impl Step for TakeOver {
    fn name(&self) -> &'static str {
        "take-over"
    }

    async fn commit(&self, c: &mut Conn, job: &Job, _: &Value) -> Result<Next, StepError> {
        take_over::run(c, &job.ctx, job.id()).await.map_err(|error| self.failed(error))?;
        Ok(Next::done())
    }

    async fn undo_commit(&self, c: &mut Conn, job: &Job, _: &Value) -> Result<Next, StepError> {
        give_back::all(c, &job.ctx, job.id()).await.map_err(|error| self.failed(error))?;
        Ok(Next::done())
    }
}

struct CarryPeople;

impl Step for CarryPeople {
    fn name(&self) -> &'static str {
        "carry-people"
    }

    /// The others are one transaction each.
    fn weight(&self) -> u32 {
        20
    }

    async fn commit(&self, c: &mut Conn, job: &Job, _: &Value) -> Result<Next, StepError> {
        let progress: Progress = job.notes_as()?;
        match carry_people::run(c, job.id(), &progress, CHUNK).await.map_err(StepError::Db)? {
            None => Ok(Next::done()),
            Some(progress) => {
                let notes = json!(progress);
                Ok(Next::again(notes).with_units_done(progress.moved + progress.combined))
            }
        }
    }

    async fn undo_commit(&self, c: &mut Conn, job: &Job, _: &Value) -> Result<Next, StepError> {
        let limit = CHUNK as usize;
        let returned = give_back::people(c, job.id(), limit).await.map_err(StepError::Db)?;
        Ok(if returned < limit { Next::done() } else { Next::again(json!({})) })
    }
}

struct Finish {
    undo_days: u16,
}

impl Step for Finish {
    fn name(&self) -> &'static str {
        "finish"
    }

    async fn commit(&self, c: &mut Conn, job: &Job, _: &Value) -> Result<Next, StepError> {
        let progress: Progress = job.notes_as()?;
        let merged = finish_merge::run(c, job.id(), &progress, self.undo_days).await.map_err(StepError::Db)?;
        Ok(Next::finish(json!(merged)))
    }
}
