//! The wire: authorise, parse, call the op, render. With `peers` the only place that names tonic and prost.

mod access_service;
mod activity;
mod activity_service;
mod convert;
mod domain_service;
mod grants;
mod import;
mod merges;
mod org_finder_service;
mod organization_service;
mod render;
mod search;
mod status;
mod upload;

use std::future::Future;
use std::str::FromStr;
use std::sync::Arc;

use dialtone_authz::{CachedAccess, Ctx, Guard};
use dialtone_events::{EventServer, Feed};
use dialtone_ids::{BadName, OrganizationId};
use dialtone_operations::{OperationControlServer, OperationsServer};
use dialtone_proto::Validate;
use dialtone_proto::orgfinder::v1::access_service_server::AccessServiceServer;
use dialtone_proto::orgfinder::v1::activity_service_server::ActivityServiceServer;
use dialtone_proto::orgfinder::v1::domain_service_server::DomainServiceServer;
use dialtone_proto::orgfinder::v1::org_finder_service_server::OrgFinderServiceServer;
use dialtone_proto::orgfinder::v1::organization_service_server::OrganizationServiceServer;
use dialtone_server::{Services, detached};
use dialtone_status::{Fault, Violation};
use tonic::{Response, Status};

use self::grants::OwnGrants;
pub use self::merges::merge_organizations_response;
pub use self::status::fault as explain;
use crate::App;
use crate::error::Error;
use crate::model::held_domain::DomainName;

/// Everything that the service answers, health and reflection apart.
pub fn services(app: Arc<App>, feed: Feed) -> Services {
    let access = Arc::new(CachedAccess::new(OwnGrants::new(Arc::clone(&app))));
    let guard = Guard::new(Arc::clone(&access)).erased();
    let (operations, pager) = (app.operations.clone(), app.pager.clone());
    let api = Api { app, guard: guard.clone(), access };
    Services::new()
        .add(OrgFinderServiceServer::new(api.clone()))
        .add(OrganizationServiceServer::new(api.clone()))
        .add(DomainServiceServer::new(api.clone()))
        .add(AccessServiceServer::new(api.clone()))
        .add(ActivityServiceServer::new(api))
        .add(OperationsServer::new(&operations, guard.clone(), pager).into_service())
        .add(OperationControlServer::new(&operations, guard.clone()).into_service())
        .add(EventServer::new(feed, guard).into_service())
}

/// The handlers.
#[derive(Clone)]
struct Api {
    app: Arc<App>,
    guard: Guard,
    /// What the guard remembers of grants.
    access: Arc<CachedAccess<OwnGrants>>,
}

/// A resource name that stands in an organization.
trait Named: FromStr<Err = BadName> {
    fn organization(&self) -> OrganizationId;
}

impl Named for OrganizationId {
    fn organization(&self) -> OrganizationId {
        *self
    }
}

impl Named for dialtone_ids::GrantName {
    fn organization(&self) -> OrganizationId {
        self.organization
    }
}

impl Named for dialtone_ids::AccessRequestName {
    fn organization(&self) -> OrganizationId {
        self.organization
    }
}

impl Named for DomainName {
    fn organization(&self) -> OrganizationId {
        self.organization
    }
}

impl Api {
    /// Authorises on the organization of the name in `field`, then validates the message and `more`. Of a name that is none nothing
    /// can be authorised; then every violation is told, that one among them.
    async fn on<N: Named, M: Validate>(
        &self,
        ctx: &Ctx,
        (field, name): (&str, &str),
        message: &M,
        more: Vec<Violation>,
    ) -> Result<(Ctx, N), Status> {
        let parsed = match N::from_str(name) {
            Ok(parsed) => parsed,
            Err(bad) => return Err(refuse_name(field, &bad, message, more)),
        };
        let ctx = self.guard.on_organization(ctx, parsed.organization()).await.map_err(refused)?;
        valid(message, more)?;
        Ok((ctx, parsed))
    }
}

/// Refuses a message because of the name in `field`, with everything else that is wrong.
fn refuse_name<M: Validate>(field: &str, bad: &BadName, message: &M, more: Vec<Violation>) -> Status {
    let mut all = dialtone_proto::violations(message);
    all.extend(more);
    if !all.iter().any(|violation| violation.field == field) {
        // The proto's pattern takes more than a canonical UUID.
        all.push(convert::bad_name(field, bad));
    }
    refused(Fault::invalid_fields(all))
}

/// Refuses a message that breaks a rule of the proto or one of `more`: every violation at once.
fn valid<M: Validate>(message: &M, more: impl IntoIterator<Item = Violation>) -> Result<(), Status> {
    let mut all = dialtone_proto::violations(message);
    all.extend(more);
    if all.is_empty() { Ok(()) } else { Err(refused(Fault::invalid_fields(all))) }
}

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
