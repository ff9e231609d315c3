//! The operation that sends a welcome mail: one step, patient with a mail server that is away, final when it refuses.

use std::time::Duration;

use dialtone_db::{Conn, Store};
use dialtone_operations::model::{Exhausted, RetryRule};
use dialtone_operations::{Job, Next, Step, StepError};
use dialtone_status::{Code, Fault};
use serde_json::{Value, json};

use super::step_error;
use crate::connectors::{MailFault, Mailer};
use crate::model::order::MailState;
use crate::model::setup_link::LinkKey;
use crate::model::welcome;
use crate::ops::deliver_welcome::{self, Welcome};

/// About a day, from a second to five minutes apart: mail that comes later than that is no welcome.
const PATIENCE: RetryRule =
    RetryRule { first: Duration::from_secs(1), cap: Duration::from_secs(300), budget: 300, then: Exhausted::Fail };
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Hands the mail to the mail server.
pub struct SendMail {
    pub store: Store,
    pub mailer: Mailer,
    pub link_key: LinkKey,
}

impl Step for SendMail {
    fn name(&self) -> &'static str {
        "send-mail"
    }

    fn retry(&self) -> RetryRule {
        PATIENCE
    }

    async fn act(&self, job: &Job) -> Result<Value, StepError> {
        let welcome: Welcome = job.input_as()?;
        let found = deliver_welcome::find(&self.store, &job.ctx, welcome).await.map_err(step_error)?;
        // A newer mail took its place: a dead link is not sent.
        let Some((order, link)) = found else { return Ok(json!({"sent": false})) };
        let mail = welcome::mail(&order, &link, &self.link_key.token(&link), self.mailer.setup_url());
        match self.mailer.send(&mail).await {
            Ok(()) => Ok(json!({"sent": true})),
            Err(MailFault::Refused(cause)) => Err(StepError::Fail(refused(&job.target).caused_by(cause))),
            Err(MailFault::Later(cause)) => Err(StepError::retry(Fault::unavailable(RETRY_AFTER).caused_by(cause))),
        }
    }

    async fn commit(&self, c: &mut Conn, job: &Job, acted: &Value) -> Result<Next, StepError> {
        if acted["sent"] == true {
            let welcome: Welcome = job.input_as()?;
            deliver_welcome::note(c, &job.ctx, welcome, MailState::Sent).await.map_err(step_error)?;
        }
        Ok(Next::done())
    }

    /// A mail cannot be taken back; that it failed can be told.
    async fn undo_commit(&self, c: &mut Conn, job: &Job, _: &Value) -> Result<Next, StepError> {
        let welcome: Welcome = job.input_as()?;
        deliver_welcome::note(c, &job.ctx, welcome, MailState::Failed).await.map_err(step_error)?;
        Ok(Next::done())
    }
}

fn refused(order: &str) -> Fault {
    Fault::new(
        Code::FailedPrecondition,
        "MAIL_REFUSED",
        "The mail server refused the mail for good; correct the address and send it again.",
    )
    .with("order", order)
}
