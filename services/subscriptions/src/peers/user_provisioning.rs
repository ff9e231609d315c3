//! user-provisioning: creates and reads locations.

use dialtone_authz::Ctx;
use dialtone_client::{CallChannel, ServiceChannel};
use dialtone_ids::{LocationName, OrganizationId};
use dialtone_proto::userprovisioning::v1 as wire;
use dialtone_proto::userprovisioning::v1::location_service_client::LocationServiceClient;
use dialtone_status::{Fault, Violation};
use tonic::{Code, Status};
use uuid::Uuid;

use super::{says, told, upstream, violations};
use crate::model::location::Headquarters;

const NAME: &str = "user-provisioning";

/// Calls user-provisioning on behalf of a request's caller.
#[derive(Clone)]
pub struct UserProvisioning {
    channel: ServiceChannel,
}

/// Why headquarters were not created.
#[derive(Debug)]
pub enum NotLocated {
    /// The customer has headquarters, or a location of that name; its name.
    Exists(String),
    /// Fields below `location.` break a rule.
    Invalid(Vec<Violation>),
    /// user-provisioning failed, or is away.
    Fault(Fault),
}

impl UserProvisioning {
    pub fn new(channel: ServiceChannel) -> Self {
        Self { channel }
    }

    /// Creates the headquarters of a customer.
    pub async fn create_headquarters(
        &self,
        ctx: &Ctx,
        customer: OrganizationId,
        headquarters: &Headquarters,
        request_id: Uuid,
    ) -> Result<LocationName, NotLocated> {
        let created = self.create(ctx, customer, headquarters, request_id.to_string(), false).await?;
        LocationName::parse(&created.name).map_err(|bad| NotLocated::Fault(Fault::internal(format!("{NAME}: {bad}"))))
    }

    /// Whether they could be created, as far as that can be said now.
    pub async fn check_headquarters(
        &self,
        ctx: &Ctx,
        customer: OrganizationId,
        headquarters: &Headquarters,
    ) -> Result<(), NotLocated> {
        self.create(ctx, customer, headquarters, String::new(), true).await.map(|_| ())
    }

    /// The headquarters at a location; none if it is not there or is a branch.
    pub async fn headquarters(&self, ctx: &Ctx, name: &str) -> Result<Option<Headquarters>, Fault> {
        match self.client(ctx).get_location(wire::GetLocationRequest { name: name.to_owned() }).await {
            Ok(answer) => Ok(headquarters(answer.into_inner())),
            Err(status) if matches!(status.code(), Code::NotFound | Code::PermissionDenied) => Ok(None),
            Err(status) => Err(upstream(NAME, &status)),
        }
    }

    async fn create(
        &self,
        ctx: &Ctx,
        customer: OrganizationId,
        headquarters: &Headquarters,
        request_id: String,
        validate_only: bool,
    ) -> Result<wire::Location, NotLocated> {
        let location = Some(location(headquarters));
        let parent = customer.to_string();
        let request = wire::CreateLocationRequest { parent, location, request_id, validate_only };
        let answer = self.client(ctx).create_location(request).await;
        answer.map(tonic::Response::into_inner).map_err(|status| refused(&status))
    }

    fn client(&self, ctx: &Ctx) -> LocationServiceClient<CallChannel> {
        LocationServiceClient::new(self.channel.for_ctx(ctx))
    }
}

fn refused(status: &Status) -> NotLocated {
    if says(status, "HEADQUARTERS_EXISTS") || says(status, "LOCATION_EXISTS") {
        return NotLocated::Exists(told(status, "location"));
    }
    match status.code() {
        Code::InvalidArgument => NotLocated::Invalid(violations(status, "location", |field| field.to_owned())),
        _ => NotLocated::Fault(upstream(NAME, status)),
    }
}

fn location(headquarters: &Headquarters) -> wire::Location {
    wire::Location {
        display_name: headquarters.display_name.clone(),
        kind: wire::LocationKind::Headquarters.into(),
        address: Some(wire::PostalAddress {
            region_code: headquarters.region_code.clone(),
            administrative_area: headquarters.administrative_area.clone(),
            locality: headquarters.locality.clone(),
            postal_code: headquarters.postal_code.clone(),
            address_lines: headquarters.address_lines.clone(),
        }),
        time_zone: headquarters.time_zone.clone(),
        language_code: headquarters.language_code.clone(),
        ..wire::Location::default()
    }
}

fn headquarters(location: wire::Location) -> Option<Headquarters> {
    if location.kind() != wire::LocationKind::Headquarters {
        return None;
    }
    let address = location.address.unwrap_or_default();
    Some(Headquarters {
        display_name: location.display_name,
        region_code: address.region_code,
        administrative_area: address.administrative_area,
        locality: address.locality,
        postal_code: address.postal_code,
        address_lines: address.address_lines,
        time_zone: location.time_zone,
        language_code: location.language_code,
    })
}
