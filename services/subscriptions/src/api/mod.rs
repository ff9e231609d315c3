//! The wire: authorise, parse, call the op, render. With `peers` the only place that names tonic and prost.

mod convert;
mod order_service;
mod render;
mod status;
mod subscription_service;

use std::future::Future;
use std::sync::Arc;

use dialtone_authz::{CallerKind, Ctx, Guard};
use dialtone_events::{EventServer, Feed};
use dialtone_ids::{OrderId, OrganizationId, SubscriptionId};
use dialtone_operations::{OperationControlServer, OperationsServer};
use dialtone_proto::Validate;
use dialtone_proto::subscriptions::v1::order_service_server::OrderServiceServer;
use dialtone_proto::subscriptions::v1::subscription_service_server::SubscriptionServiceServer;
use dialtone_server::{Services, detached};
use dialtone_status::{Fault, Violation};
use tonic::{Response, Status};

use crate::App;
use crate::error::Error;
use crate::model::access::Access;
use crate::ops::look_up;

pub use render::setup_response;

/// Everything that the service answers, health and reflection apart.
pub fn services(app: Arc<App>, guard: Guard, feed: Feed) -> Services {
    let (operations, pager) = (app.operations.clone(), app.pager.clone());
    let api = Api { app, guard: guard.clone() };
    Services::new()
        .add(OrderServiceServer::new(api.clone()))
        .add(SubscriptionServiceServer::new(api))
        .add(OperationsServer::new(&operations, guard.clone(), pager).into_service())
        .add(OperationControlServer::new(&operations, guard.clone()).into_service())
        .add(EventServer::new(feed, guard).into_service())
}

/// The handlers.
#[derive(Clone)]
struct Api {
    app: Arc<App>,
    guard: Guard,
}

impl Api {
    /// Authorises on the case of an order's name, then validates. A name that is none can only be a violation.
    async fn on_order<M: Validate>(
        &self,
        ctx: &Ctx,
        name: &str,
        message: &M,
        more: Vec<Violation>,
    ) -> Result<(Ctx, Access), Status> {
        let Ok(name) = OrderId::parse(name) else { return Err(misnamed(ctx, message, more)) };
        let admitted = self.admit(ctx, look_up::of_order(&self.app, ctx, name).await).await?;
        valid(message, more)?;
        Ok(admitted)
    }

    /// The same by a subscription's name.
    async fn on_subscription<M: Validate>(
        &self,
        ctx: &Ctx,
        name: &str,
        message: &M,
        more: Vec<Violation>,
    ) -> Result<(Ctx, Access), Status> {
        let Ok(name) = SubscriptionId::parse(name) else { return Err(misnamed(ctx, message, more)) };
        let admitted = self.admit(ctx, look_up::of_subscription(&self.app, ctx, name).await).await?;
        valid(message, more)?;
        Ok(admitted)
    }

    /// Lets the caller in to a case, or refuses in the same words whether or not there is one. A set-up contact must also be the one
    /// who is the contact now: the session of one who handed over is dead.
    async fn admit(&self, ctx: &Ctx, found: Result<Option<Access>, Error>) -> Result<(Ctx, Access), Status> {
        let denied = || refused(Fault::permission_denied(ctx.method.permission.name));
        let access = found.map_err(|error| refused(status::fault(error)))?.ok_or_else(denied)?;
        let organizations = access.organizations();
        let admitted = self.guard.on_subscription(ctx, access.subscription, &organizations).await.map_err(refused)?;
        match ctx.caller.kind {
            CallerKind::SetupContact { .. } if ctx.caller.subject != access.contact => Err(denied()),
            _ => Ok((admitted.within_all(access.tenants()), access)),
        }
    }

    /// Authorises on the organization of a list, or on everything without one, then validates.
    async fn on_list<M: Validate>(
        &self,
        ctx: &Ctx,
        organization: &str,
        message: &M,
    ) -> Result<(Ctx, Option<OrganizationId>), Status> {
        if organization.is_empty() {
            let ctx = self.guard.platform_or_service(ctx).map_err(refused)?;
            valid(message, [])?;
            return Ok((ctx, None));
        }
        let Ok(organization) = OrganizationId::parse(organization) else {
            return Err(misnamed(ctx, message, Vec::new()));
        };
        let ctx = self.guard.on_organization(ctx, organization).await.map_err(refused)?;
        valid(message, [])?;
        Ok((ctx, Some(organization)))
    }
}

/// The refusal of a request whose name cannot be read. Also where the proto's pattern lets a name pass that is no UUID after all.
fn misnamed<M: Validate>(ctx: &Ctx, message: &M, more: Vec<Violation>) -> Status {
    let nothing = refused(Fault::permission_denied(ctx.method.permission.name));
    valid(message, more).err().unwrap_or(nothing)
}

/// Refuses a message that breaks a rule of the proto or one of `more`: every violation at once.
fn valid<M: Validate>(message: &M, more: impl IntoIterator<Item = Violation>) -> Result<(), Status> {
    let mut all = dialtone_proto::violations(message);
    // A mapping gives the role itself.
    all.retain(|violation| !violation.field.ends_with(".create.organization.roles"));
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
