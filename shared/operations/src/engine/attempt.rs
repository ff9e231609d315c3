//! One attempt at the outside part of a step: bounded in time, and a panic in it is a failure like any other.

use std::{any::Any, future::Future, panic::AssertUnwindSafe, time::Duration};

use dialtone_status::Fault;
use futures::FutureExt as _;
use serde_json::Value;
use tokio::time::timeout;

use crate::{
    job::Job,
    step::{AnyStep, StepError},
};

/// Acts, or takes the act back.
pub(crate) async fn attempt(step: &dyn AnyStep, job: &Job, undoing: bool) -> Result<Value, StepError> {
    let limit = step.time_limit();
    // The call itself is inside: a step may panic before it returns its future.
    let act = async {
        match undoing {
            false => step.act(job).await,
            true => step.undo(job).await,
        }
    };
    match timeout(limit, caught(act)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(StepError::retry(too_slow(limit))),
    }
}

/// The future's outcome; a panic in it becomes an attempt that failed.
pub(crate) async fn caught<T>(future: impl Future<Output = Result<T, StepError>>) -> Result<T, StepError> {
    match AssertUnwindSafe(future).catch_unwind().await {
        Ok(outcome) => outcome,
        Err(panic) => Err(StepError::retry(Fault::internal(format!("panicked: {}", text_of(panic.as_ref()))))),
    }
}

fn too_slow(limit: Duration) -> Fault {
    Fault::deadline_exceeded().caused_by(format!("the attempt took longer than {limit:?}"))
}

fn text_of(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without a text")
}
