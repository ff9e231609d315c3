//! What a step is told about the operation it belongs to.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use dialtone_authz::Ctx;
use dialtone_ids::{OperationId, OperationName, OrganizationId};
use dialtone_status::Fault;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{model::Units, step::StepError};

/// One operation at one of its steps.
#[derive(Debug, Clone)]
pub struct Job {
    /// Name of the operation.
    pub name: OperationName,
    /// Organization it belongs to.
    pub organization: OrganizationId,
    /// Resource it works on.
    pub target: String,
    /// Who began it.
    pub actor: String,
    /// The operation that started this one.
    pub parent: Option<OperationId>,
    /// What it was started with, with all later input merged in.
    pub input: Value,
    /// What its steps noted so far, cursors included.
    pub notes: Value,
    /// Units done and in all.
    pub units: Units,
    /// Name of the step.
    pub step: &'static str,
    /// Which attempt this is since the last progress, from 1.
    pub attempt: u32,
    /// Acts for [`Job::actor`], sees the operation's organization, and ends with the step's time limit.
    pub ctx: Ctx,
    pub(crate) cancel: Arc<AtomicBool>,
}

impl Job {
    /// Identifier of the operation.
    pub fn id(&self) -> OperationId {
        self.name.id
    }

    /// Idempotency key for a foreign call of this step: the same in every attempt, and for no other step.
    pub fn key(&self) -> String {
        format!("{}/{}", self.name.id, self.step)
    }

    /// Idempotency key for the foreign call about one row or unit of this step.
    pub fn row_key(&self, row: impl std::fmt::Display) -> String {
        format!("{}/{row}", self.key())
    }

    /// Whether somebody asked to cancel. It takes effect after the step or chunk by itself; a long act may look and return early.
    pub fn cancel_requested(&self) -> bool {
        self.cancel.load(Ordering::Relaxed)
    }

    /// The input as a type. Input that does not fit is a fault of the program that started the operation: stuck.
    pub fn input_as<T: DeserializeOwned>(&self) -> Result<T, StepError> {
        read(&self.input)
    }

    /// The notes as a type, with the same rule.
    pub fn notes_as<T: DeserializeOwned>(&self) -> Result<T, StepError> {
        read(&self.notes)
    }
}

fn read<T: DeserializeOwned>(value: &Value) -> Result<T, StepError> {
    T::deserialize(value).map_err(|error| StepError::stuck(Fault::internal(error), []))
}
