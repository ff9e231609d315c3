//! org-finder: reads and creates organizations, and links partners to customers.

use dialtone_authz::{Ctx, Role as AccessRole};
use dialtone_client::ServiceChannel;
use dialtone_events::consumer::{Consumer, EventSource};
use dialtone_ids::OrganizationId;
use dialtone_proto::events::v1::EventFilter;
use dialtone_proto::events::v1::event_service_client::EventServiceClient;
use dialtone_proto::orgfinder::v1 as wire;
use dialtone_proto::orgfinder::v1::access_service_client::AccessServiceClient;
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_status::{Fault, Violation};
use tonic::Code;
use uuid::Uuid;

use super::{says, told, upstream, violations};
use crate::model::organization::{Draft, Organization, Role};

const NAME: &str = "org-finder";

/// An organization was merged into another.
pub const MERGED: &str = "organization.merged";
/// A merge was taken back.
pub const MERGE_UNDONE: &str = "organization.merge_undone";

/// Calls org-finder on behalf of a request's caller.
#[derive(Clone)]
pub struct OrgFinder {
    channel: ServiceChannel,
}

/// Why an organization was not created.
#[derive(Debug)]
pub enum NotCreated {
    /// It looks like these, names separated by commas.
    LooksLikeExisting(String),
    /// Fields below `organization.` break a rule.
    Invalid(Vec<Violation>),
    /// org-finder failed, or is away.
    Fault(Fault),
}

/// A call to create an organization.
pub struct Creation<'a> {
    pub draft: &'a Draft,
    pub role: Role,
    pub allow_duplicate: bool,
    pub request_id: Uuid,
    pub validate_only: bool,
}

impl OrgFinder {
    pub fn new(channel: ServiceChannel) -> Self {
        Self { channel }
    }

    /// Its events, as a source that connects anew whenever it is asked.
    pub fn own_events(&self) -> impl EventSource + use<> {
        Self::events(self.channel.clone())
    }

    /// The same, of the one at the other end of `channel`.
    pub fn events(channel: ServiceChannel) -> impl EventSource + use<> {
        move || EventServiceClient::new(channel.as_self())
    }

    /// Who follows which of them, for merges of organizations.
    pub fn merges() -> Consumer {
        let types = [MERGED, MERGE_UNDONE].map(str::to_owned).into();
        Consumer {
            name: "organization-merges",
            service: crate::SERVICE,
            filter: EventFilter { types, ..EventFilter::default() },
        }
    }

    /// One organization; none if there is none of this name.
    pub async fn organization(&self, ctx: &Ctx, name: OrganizationId) -> Result<Option<Organization>, Fault> {
        let request = wire::GetOrganizationRequest { name: name.to_string() };
        match self.organizations(ctx).get_organization(request).await {
            Ok(answer) => Ok(Some(organization(answer.into_inner()))),
            Err(status) if matches!(status.code(), Code::NotFound | Code::PermissionDenied) => Ok(None),
            Err(status) => Err(upstream(NAME, &status)),
        }
    }

    /// Creates an organization. With `validate_only` the answer is a name that will not exist.
    pub async fn create(&self, ctx: &Ctx, creation: Creation<'_>) -> Result<OrganizationId, NotCreated> {
        let draft = creation.draft;
        let domains = draft.domains.iter().map(|domain| wire::OrganizationDomain { domain: domain.clone(), state: 0 });
        let organization = wire::Organization {
            display_name: draft.display_name.clone(),
            vertical: draft.vertical,
            region_code: draft.region_code.clone(),
            roles: vec![wire_role(creation.role).into()],
            domains: domains.collect(),
            ..wire::Organization::default()
        };
        let request = wire::CreateOrganizationRequest {
            organization: Some(organization),
            allow_duplicate: creation.allow_duplicate,
            request_id: creation.request_id.to_string(),
            validate_only: creation.validate_only,
        };
        match self.organizations(ctx).create_organization(request).await {
            Ok(answer) if creation.validate_only => {
                Ok(OrganizationId::parse(&answer.into_inner().name).unwrap_or_else(|_| OrganizationId::new()))
            }
            Ok(answer) => OrganizationId::parse(&answer.into_inner().name)
                .map_err(|bad| NotCreated::Fault(Fault::internal(format!("{NAME}: {bad}")))),
            Err(status) if says(&status, "LOOKS_LIKE_EXISTING") => {
                Err(NotCreated::LooksLikeExisting(told(&status, "organizations")))
            }
            Err(status) if status.code() == Code::InvalidArgument => {
                Err(NotCreated::Invalid(violations(&status, "organization", |field| field.to_owned())))
            }
            Err(status) => Err(NotCreated::Fault(upstream(NAME, &status))),
        }
    }

    /// Links a partner to a customer; linking what is linked changes nothing.
    pub async fn link_partner(
        &self,
        ctx: &Ctx,
        (partner, customer): (OrganizationId, OrganizationId),
        role: AccessRole,
        request_id: Uuid,
    ) -> Result<(), Fault> {
        let request = wire::LinkPartnerRequest {
            parent: partner.to_string(),
            customer: customer.to_string(),
            role: role.into(),
            request_id: request_id.to_string(),
            validate_only: false,
        };
        let mut client = AccessServiceClient::new(self.channel.for_ctx(ctx));
        client.link_partner(request).await.map(|_| ()).map_err(|status| upstream(NAME, &status))
    }

    fn organizations(&self, ctx: &Ctx) -> OrganizationServiceClient<dialtone_client::CallChannel> {
        OrganizationServiceClient::new(self.channel.for_ctx(ctx))
    }
}

fn organization(answer: wire::Organization) -> Organization {
    let roles = answer.roles().filter_map(|role| match role {
        wire::OrganizationRole::Partner => Some(Role::Partner),
        wire::OrganizationRole::Customer => Some(Role::Customer),
        wire::OrganizationRole::Unspecified => None,
    });
    Organization { roles: roles.collect(), display_name: answer.display_name }
}

fn wire_role(role: Role) -> wire::OrganizationRole {
    match role {
        Role::Partner => wire::OrganizationRole::Partner,
        Role::Customer => wire::OrganizationRole::Customer,
    }
}
