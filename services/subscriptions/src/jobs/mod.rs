//! Background loops of the service, and the operations that it knows.

mod link_partner;
mod merges;
mod send_welcome;
mod set_up_calling;

use std::time::Duration;

use dialtone_events::{Retention, run_purge};
use dialtone_operations::{BadDefinition, Definition, Registry, Render, StepError};
use dialtone_status::Fault;
use tokio_util::sync::CancellationToken;

use crate::error::Error;
use crate::{App, SERVICE};

pub use link_partner::LinkPartner;
pub use send_welcome::SendMail;
pub use set_up_calling::{Activate, CreateHeadquarters};

/// How long events are kept for those who watch.
const KEEP_EVENTS: Duration = Duration::from_secs(7 * 24 * 3600);

/// Every kind of operation. `response` makes the answer of a finished set-up.
pub fn registry(steps: Steps, response: Render) -> Result<Registry, BadDefinition> {
    use crate::ops::kind;
    Registry::new([
        // The order may be mapped to anybody by now.
        Definition::new(kind::SEND_WELCOME_MAIL, 1).step(steps.send_mail).across_tenants(),
        Definition::new(kind::LINK_PARTNER, 1).step(steps.link_partner),
        // The customer may have been merged into another by now.
        Definition::new(kind::SET_UP_CALLING, 1)
            .across_tenants()
            .step(steps.create_headquarters)
            .step(Activate)
            .render(move |result| response(result)),
    ])
}

/// The steps that call others.
pub struct Steps {
    pub send_mail: SendMail,
    pub link_partner: LinkPartner,
    pub create_headquarters: CreateHeadquarters,
}

/// Starts every loop; they end with `stopping`.
pub fn start(app: &App, stopping: &CancellationToken) -> tokio::task::JoinHandle<()> {
    tokio::spawn(run_purge(app.store.clone(), SERVICE, Retention::new(KEEP_EVENTS), stopping.clone()));
    tokio::spawn(merges::run(app.store.clone(), app.org_finder.clone(), stopping.clone()));
    let (operations, stop) = (app.operations.clone(), stopping.clone());
    tokio::spawn(async move { operations.run(stop).await })
}

/// What an error means for a step: the database is asked again, anything else is for a person to see.
fn step_error(error: Error) -> StepError {
    match error {
        Error::Db(fault) => StepError::Db(fault),
        Error::Peer(fault) => StepError::upstream(fault),
        other => StepError::stuck(Fault::internal(other), []),
    }
}
