//! The wire: authorise, parse, call the op, render. With `peers` the only place that names tonic and prost.

mod convert;
mod location_service;
mod render;
mod status;
mod target_service;
mod user_service;

use std::future::Future;
use std::sync::Arc;

use dialtone_authz::{Ctx, Guard};
use dialtone_events::{EventServer, Feed};
use dialtone_ids::{LocationName, OrganizationId, TargetName, UserName};
use dialtone_operations::{OperationControlServer, OperationsServer};
use dialtone_proto::userprovisioning::v1::location_service_server::LocationServiceServer;
use dialtone_proto::userprovisioning::v1::target_service_server::TargetServiceServer;
use dialtone_proto::userprovisioning::v1::user_service_server::UserServiceServer;
use dialtone_server::{Services, detached};
use dialtone_status::{Fault, Violation};
use tonic::{Response, Status};

use crate::App;
use crate::error::Error;

pub use render::batch_create_users_response;

/// Everything that the service answers, health and reflection apart.
pub fn services(app: Arc<App>, guard: Guard, feed: Feed) -> Services {
    let (operations, pager) = (app.operations.clone(), app.pager.clone());
    let control = OperationControlServer::new(&operations, guard.clone());
    let longrunning = OperationsServer::new(&operations, guard.clone(), pager);
    let api = Api { app, guard: guard.clone() };
    Services::new()
        .add(LocationServiceServer::new(api.clone()))
        .add(UserServiceServer::new(api.clone()))
        .add(TargetServiceServer::new(api))
        .add(longrunning.into_service())
        .add(control.into_service())
        .add(EventServer::new(feed, guard).into_service())
}

/// The handlers.
#[derive(Clone)]
struct Api {
    app: Arc<App>,
    guard: Guard,
}

impl Api {
    /// Authorises on the organization of the name in `field`, then validates. A text that is no name can only be a violation.
    async fn admit<N: ResourceName>(
        &self,
        ctx: &Ctx,
        field: &str,
        text: &str,
        mut violations: Vec<Violation>,
    ) -> Result<(Ctx, N), Status> {
        let Some(name) = N::read(text) else {
            if !violations.iter().any(|violation| violation.field == field) {
                violations.push(convert::bad_name(field));
            }
            return Err(refused(Fault::invalid_fields(violations)));
        };
        let ctx = self.guard.on_organization(ctx, name.organization()).await.map_err(refused)?;
        if violations.is_empty() { Ok((ctx, name)) } else { Err(refused(Fault::invalid_fields(violations))) }
    }
}

/// A name that says to which organization a request belongs.
trait ResourceName: Copy {
    /// Reads it; none if the text is no such name.
    fn read(text: &str) -> Option<Self>;
    /// The organization in it.
    fn organization(self) -> OrganizationId;
}

impl ResourceName for OrganizationId {
    fn read(text: &str) -> Option<Self> {
        Self::parse(text).ok()
    }
    fn organization(self) -> OrganizationId {
        self
    }
}

macro_rules! in_organization {
    ($($name:ty),*) => { $(
        impl ResourceName for $name {
            fn read(text: &str) -> Option<Self> {
                Self::parse(text).ok()
            }
            fn organization(self) -> OrganizationId {
                self.organization
            }
        }
    )* };
}
in_organization!(LocationName, TargetName, UserName);

/// A refusal on the wire.
fn refused(fault: Fault) -> Status {
    dialtone_status::to_status(fault, crate::SERVICE.error_domain())
}

/// An op's answer on the wire.
fn answer<T, R>(result: Result<T, Error>, render: impl FnOnce(T) -> R) -> Result<Response<R>, Status> {
    result.map(|value| Response::new(render(value))).map_err(|error| refused(status::fault(error)))
}

/// A mutation's answer on the wire; a caller who goes away does not stop it.
async fn changed<T: Send + 'static, R>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
    render: impl FnOnce(T) -> R,
) -> Result<Response<R>, Status> {
    answer(detached(work).await.map_err(refused)?, render)
}
