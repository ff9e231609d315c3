//! The operation that sets calling up: the headquarters in user-provisioning, then the subscription is active.

use dialtone_db::Conn;
use dialtone_ids::LocationName;
use dialtone_operations::{Job, Next, Step, StepError};
use dialtone_status::{Code, Fault};
use serde::Deserialize;
use serde_json::{Value, json};

use super::step_error;
use crate::ops::end_setup;
use crate::ops::set_up_calling::Setup;
use crate::peers::{NotLocated, UserProvisioning, request_id};

/// Creates the headquarters; those that are there with the same content count as created.
pub struct CreateHeadquarters {
    pub user_provisioning: UserProvisioning,
}

impl Step for CreateHeadquarters {
    fn name(&self) -> &'static str {
        "create-headquarters"
    }

    async fn act(&self, job: &Job) -> Result<Value, StepError> {
        let setup: Setup = job.input_as()?;
        let wanted = &setup.headquarters;
        let id = request_id(&job.key());
        match self.user_provisioning.create_headquarters(&job.ctx, job.organization, wanted, id).await {
            Ok(name) => Ok(json!({"headquarters": name})),
            Err(NotLocated::Exists(name)) => {
                let found = self.user_provisioning.headquarters(&job.ctx, &name).await.map_err(StepError::upstream)?;
                match found {
                    Some(found) if found == *wanted => Ok(json!({"headquarters": name})),
                    Some(_) | None => Err(StepError::Fail(conflict(&name))),
                }
            }
            Err(NotLocated::Invalid(violations)) => Err(StepError::Fail(Fault::invalid_fields(violations))),
            Err(NotLocated::Fault(fault)) => Err(StepError::upstream(fault)),
        }
    }

    async fn commit(&self, _: &mut Conn, _: &Job, acted: &Value) -> Result<Next, StepError> {
        Ok(Next::done().with_notes(acted.clone()))
    }

    /// The location stays: it is the customer's, and the next attempt takes it over. The subscription goes back to where it was.
    async fn undo_commit(&self, c: &mut Conn, job: &Job, _: &Value) -> Result<Next, StepError> {
        let setup: Setup = job.input_as()?;
        let operation = job.name.to_string();
        end_setup::abandon(c, &job.ctx, setup.subscription, &operation).await.map_err(step_error)?;
        Ok(Next::done())
    }
}

fn conflict(location: &str) -> Fault {
    Fault::new(
        Code::FailedPrecondition,
        "HEADQUARTERS_CONFLICT",
        "The customer has other headquarters, or another location of that name; set up with what is there, or change it first.",
    )
    .with("location", location)
}

/// Marks calling as set up and the subscription as active.
pub struct Activate;

#[derive(Deserialize)]
struct Notes {
    headquarters: LocationName,
}

impl Step for Activate {
    fn name(&self) -> &'static str {
        "activate"
    }

    async fn commit(&self, c: &mut Conn, job: &Job, _: &Value) -> Result<Next, StepError> {
        let (setup, notes): (Setup, Notes) = (job.input_as()?, job.notes_as()?);
        let operation = job.name.to_string();
        let active = end_setup::complete(c, &job.ctx, setup.subscription, &operation, notes.headquarters)
            .await
            .map_err(step_error)?;
        let result = serde_json::to_value(active).map_err(|e| StepError::stuck(Fault::internal(e), []))?;
        Ok(Next::finish(result))
    }
}
