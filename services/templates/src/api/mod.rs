//! The wire: authorise, parse, call the op, render. With `peers` the only place that names tonic and prost.

mod catalog_service;
mod convert;
mod plans;
mod reach;
mod render;
mod reseller_offer_service;
mod settings_service;
mod status;
mod template_service;
mod told;

use std::future::Future;
use std::sync::Arc;

use dialtone_authz::Guard;
use dialtone_events::{EventServer, Feed};
use dialtone_ids::BadName;
use dialtone_proto::Validate;
use dialtone_proto::templates::v1::catalog_service_server::CatalogServiceServer;
use dialtone_proto::templates::v1::reseller_offer_service_server::ResellerOfferServiceServer;
use dialtone_proto::templates::v1::settings_service_server::SettingsServiceServer;
use dialtone_proto::templates::v1::template_service_server::TemplateServiceServer;
use dialtone_server::{Services, detached};
use dialtone_status::{Fault, Violation};
use tonic::{Response, Status};

use crate::App;
use crate::error::Error;

/// Everything that the service answers, health and reflection apart.
pub fn services(app: Arc<App>, guard: Guard, feed: Feed) -> Services {
    let api = Api { app, guard: guard.clone() };
    Services::new()
        .add(TemplateServiceServer::new(api.clone()))
        .add(SettingsServiceServer::new(api.clone()))
        .add(CatalogServiceServer::new(api.clone()))
        .add(ResellerOfferServiceServer::new(api))
        .add(EventServer::new(feed, guard).into_service())
}

/// The handlers.
#[derive(Clone)]
struct Api {
    app: Arc<App>,
    guard: Guard,
}

/// Refuses a message that breaks a rule of the proto or one of `more`: every violation at once.
fn valid<M: Validate>(message: &M, more: impl IntoIterator<Item = Violation>) -> Result<(), Status> {
    let mut all = dialtone_proto::violations(message);
    all.extend(more);
    if all.is_empty() { Ok(()) } else { Err(refused(Fault::invalid_fields(all))) }
}

/// Refuses a message because of the name in `field`, with everything else that is wrong: the proto's pattern takes more than the
/// one canonical spelling of an id.
fn refused_name<M: Validate>(field: &str, bad: &BadName, message: &M, more: Vec<Violation>) -> Status {
    let mut all = dialtone_proto::violations(message);
    all.extend(more);
    if !all.iter().any(|violation| violation.field == field) {
        let description = bad.to_string();
        all.push(Violation { field: field.to_owned(), rule: "resource_name", description });
    }
    refused(Fault::invalid_fields(all))
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
