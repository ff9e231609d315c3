//! Rows as the messages that callers get.

use dialtone_ids::{OperationId, OperationName, OrganizationId, ServiceName};
use dialtone_proto::{
    google::longrunning::{Operation, operation::Result as Outcome},
    json::to_struct,
    operations::v1::{OperationMetadata, OperationState, OperationStep, StepState as WireStepState},
    time::to_timestamp,
};
use dialtone_status::{Fault, Locale, localize_status};
use prost::Message;
use prost_types::Any;
use serde::Deserialize;
use serde_json::Value;
use tonic_types::pb;

use crate::{
    definition::Registry,
    model::{Failure, State, StepState},
    operations::Started,
    store::ShownRow,
};

/// Packs a message under its full proto name, e.g. `dialtone.userprovisioning.v1.BatchCreateUsersResponse`.
pub fn pack(full_name: &str, message: &impl Message) -> Any {
    Any { type_url: format!("type.googleapis.com/{full_name}"), value: message.encode_to_vec() }
}

/// Renders the rows of one service.
#[derive(Clone, Copy)]
pub(crate) struct Renderer<'a> {
    pub(crate) service: ServiceName,
    pub(crate) registry: &'a Registry,
    /// In which its errors are told.
    pub(crate) locale: Locale,
}

#[derive(Deserialize)]
struct StoredStep {
    name: String,
    state: String,
    attempts: i32,
    last_error: Option<Failure>,
}

impl Renderer<'_> {
    /// An operation with complete metadata.
    pub(crate) fn operation(&self, row: &ShownRow) -> Result<Operation, Fault> {
        Ok(Operation {
            name: self.name(row.id),
            metadata: Some(metadata_any(&self.metadata(row)?)),
            done: row.is_finished(),
            result: self.outcome(row)?,
        })
    }

    fn name(&self, id: uuid::Uuid) -> String {
        OperationName::new(self.service, OperationId::from_uuid(id)).to_string()
    }

    fn metadata(&self, row: &ShownRow) -> Result<OperationMetadata, Fault> {
        let state: State = row.state.parse().map_err(Fault::internal)?;
        Ok(OperationMetadata {
            target: row.target.clone(),
            verb: row.verb.clone(),
            state: wire_state(state).into(),
            percent: row.percent,
            units_done: row.units_done,
            units_total: row.units_total,
            steps: self.steps(row, state)?,
            children: row.children.iter().map(|id| self.name(*id)).collect(),
            actor: row.actor.clone(),
            organization: OrganizationId::from_uuid(row.tenant).to_string(),
            create_time: Some(to_timestamp(row.create_time)),
            update_time: Some(to_timestamp(row.update_time)),
            end_time: row.end_time.map(to_timestamp),
        })
    }

    fn steps(&self, row: &ShownRow, state: State) -> Result<Vec<OperationStep>, Fault> {
        let stored: Vec<StoredStep> = Vec::deserialize(&row.steps).map_err(Fault::internal)?;
        let current = (state == State::Running).then(|| usize::try_from(row.step).unwrap_or_default());
        let step = |(index, step): (usize, StoredStep)| {
            let stored = step.state.parse().map_err(Fault::internal)?;
            // A step's row is first written when something came of it; until then the operation tells that it is under way.
            let begun = stored == StepState::Waiting && current == Some(index);
            Ok(OperationStep {
                name: step.name,
                state: wire_step_state(if begun { StepState::Running } else { stored }).into(),
                attempts: step.attempts,
                last_error: step.last_error.map(|failure| self.status(&failure)),
            })
        };
        stored.into_iter().enumerate().map(step).collect()
    }

    fn outcome(&self, row: &ShownRow) -> Result<Option<Outcome>, Fault> {
        if !row.is_finished() {
            return Ok(None);
        }
        if let Some(failure) = &row.failure {
            let failure = Failure::deserialize(failure).map_err(Fault::internal)?;
            return Ok(Some(Outcome::Error(self.status(&failure))));
        }
        let result = row.result.clone().unwrap_or(Value::Null);
        let render = self.registry.get(&row.kind, row.version).and_then(|d| d.render.as_ref());
        let response = match render {
            Some(render) => render(&result)?,
            None => untyped(result),
        };
        Ok(Some(Outcome::Response(response)))
    }

    fn status(&self, failure: &Failure) -> pb::Status {
        let info = pb::ErrorInfo {
            reason: failure.reason.clone(),
            domain: self.service.error_domain().to_owned(),
            metadata: failure.metadata.clone().into_iter().collect(),
        };
        let mut status = pb::Status {
            code: failure.code,
            message: failure.message.clone(),
            details: vec![pack("google.rpc.ErrorInfo", &info)],
        };
        localize_status(&mut status, self.locale);
        status
    }
}

impl Started {
    /// The operation as it was accepted: nothing done yet.
    pub fn to_proto(&self) -> Operation {
        let waiting = |name: &String| OperationStep {
            name: name.clone(),
            state: WireStepState::Waiting.into(),
            attempts: 0,
            last_error: None,
        };
        let metadata = OperationMetadata {
            target: self.target.clone(),
            verb: self.verb.clone(),
            state: OperationState::Pending.into(),
            units_total: self.units_total,
            steps: self.steps.iter().map(waiting).collect(),
            actor: self.actor.clone(),
            organization: self.organization.to_string(),
            create_time: Some(to_timestamp(self.time)),
            update_time: Some(to_timestamp(self.time)),
            ..OperationMetadata::default()
        };
        Operation { name: self.name.to_string(), metadata: Some(metadata_any(&metadata)), done: false, result: None }
    }
}

fn metadata_any(metadata: &OperationMetadata) -> Any {
    pack("dialtone.operations.v1.OperationMetadata", metadata)
}

/// The response of a kind that has no renderer, or that this release no longer knows.
fn untyped(result: Value) -> Any {
    match result {
        Value::Null => pack("google.protobuf.Empty", &()),
        result => pack("google.protobuf.Struct", &to_struct(result)),
    }
}

fn wire_state(state: State) -> OperationState {
    match state {
        State::Pending => OperationState::Pending,
        State::Running => OperationState::Running,
        State::Stuck => OperationState::Stuck,
        State::Undoing => OperationState::Undoing,
        State::Succeeded => OperationState::Succeeded,
        State::Failed => OperationState::Failed,
        State::Cancelled => OperationState::Cancelled,
    }
}

fn wire_step_state(state: StepState) -> WireStepState {
    match state {
        StepState::Waiting => WireStepState::Waiting,
        StepState::Running => WireStepState::Running,
        StepState::Done => WireStepState::Done,
        StepState::Failed => WireStepState::Failed,
        StepState::Undone => WireStepState::Undone,
    }
}
