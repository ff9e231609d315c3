//! The one step of `BatchCreateUsers`: chunk by chunk, each person is created on the target exactly once.

use std::sync::Arc;
use std::time::Duration;

use dialtone_db::{Conn, DbFault};
use dialtone_operations::model::{Exhausted, RetryRule};
use dialtone_operations::{Job, Next, Step, StepError};
use dialtone_status::Fault;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::error::{Error, target_refused, target_unavailable};
use crate::model::batch::{RowOutcome, RowTaken};
use crate::ops::Provisioner;
use crate::ops::provision_chunk::{self, Called};
use crate::ops::take_back_chunk::{self, Taken};

/// What a chunk may take beyond its calls: waits of rows, reading, a busy machine.
const SLACK: Duration = Duration::from_secs(10);

/// The step.
pub struct ProvisionUsers {
    provisioner: Arc<Provisioner>,
}

impl ProvisionUsers {
    /// A step that calls through this provisioner.
    pub fn new(provisioner: Arc<Provisioner>) -> Self {
        Self { provisioner }
    }
}

impl Step for ProvisionUsers {
    fn name(&self) -> &'static str {
        "provision-users"
    }

    /// The failures counted here are chunks in which a silent target answered nobody. One answer refills the budget.
    fn retry(&self) -> RetryRule {
        let config = self.provisioner.connectors.config();
        RetryRule {
            first: Duration::from_millis(200),
            cap: Duration::from_secs(30),
            budget: config.patience.get(),
            then: Exhausted::Stuck,
        }
    }

    fn time_limit(&self) -> Duration {
        let config = self.provisioner.connectors.config();
        let rounds = config.chunk.get().div_ceil(u32::try_from(config.concurrency.get()).unwrap_or(u32::MAX));
        Duration::from_millis(config.timeout_ms.get()) * rounds + SLACK
    }

    async fn act(&self, job: &Job) -> Result<Value, StepError> {
        match provision_chunk::call(&self.provisioner, job).await.map_err(failed)? {
            Called::Outcomes(outcomes) => written(&outcomes),
            Called::Silent { target, wait } => Err(StepError::retry(target_unavailable(target, wait))),
        }
    }

    async fn commit(&self, c: &mut Conn, job: &Job, acted: &Value) -> Result<Next, StepError> {
        let outcomes: Vec<RowOutcome> = read(acted)?;
        let progress = provision_chunk::settle(c, job, &outcomes).await.map_err(StepError::Db)?;
        let next = match &progress.result {
            Some(result) => Next::finish(written(result)?),
            None => Next::again(json!({})),
        };
        Ok(next.with_units_done(progress.done))
    }

    async fn undo(&self, job: &Job) -> Result<Value, StepError> {
        match take_back_chunk::call(&self.provisioner, job).await.map_err(failed)? {
            Taken::Rows(rows) => written(&rows),
            Taken::Silent { target, wait } => Err(StepError::retry(target_unavailable(target, wait))),
            Taken::Refused { target, said } => Err(StepError::stuck(target_refused(target, &said), [])),
        }
    }

    async fn undo_commit(&self, c: &mut Conn, job: &Job, undone: &Value) -> Result<Next, StepError> {
        let rows: Vec<RowTaken> = read(undone)?;
        let ended = take_back_chunk::settle(c, job, &rows).await.map_err(StepError::Db)?;
        Ok(if ended { Next::done() } else { Next::again(json!({})) })
    }
}

/// Only the database can fail here in a way that is not the target's.
fn failed(error: Error) -> StepError {
    match error {
        Error::Db(fault) => StepError::Db(fault),
        other => StepError::stuck(Fault::internal(other), []),
    }
}

fn written<T: Serialize>(value: &T) -> Result<Value, StepError> {
    serde_json::to_value(value).map_err(unreadable)
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, StepError> {
    T::deserialize(value).map_err(unreadable)
}

fn unreadable(error: serde_json::Error) -> StepError {
    StepError::Db(DbFault::Other(format!("what a step hands to its commit: {error}")))
}
