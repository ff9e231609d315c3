//! org-finder: whether an organization is a partner.

use dialtone_authz::Ctx;
use dialtone_client::ServiceChannel;
use dialtone_events::consumer::EventSource;
use dialtone_ids::OrganizationId;
use dialtone_proto::events::v1::event_service_client::EventServiceClient;
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_proto::orgfinder::v1::{GetOrganizationRequest, OrganizationRole};
use dialtone_status::{Code, Fault};

/// Calls org-finder on behalf of a request's caller.
#[derive(Clone)]
pub struct OrgFinder {
    channel: ServiceChannel,
}

impl OrgFinder {
    pub fn new(channel: ServiceChannel) -> Self {
        Self { channel }
    }

    /// Its events, as a source that connects anew whenever it is asked.
    pub fn events(channel: ServiceChannel) -> impl EventSource + use<> {
        move || EventServiceClient::new(channel.as_self())
    }

    /// Whether the organization may resell; none for an organization that does not exist.
    pub async fn is_partner(&self, ctx: &Ctx, organization: OrganizationId) -> Result<Option<bool>, Fault> {
        let mut client = OrganizationServiceClient::new(self.channel.for_ctx(ctx));
        let request = GetOrganizationRequest { name: organization.to_string() };
        match client.get_organization(request).await {
            Ok(answer) => Ok(Some(answer.into_inner().roles.contains(&OrganizationRole::Partner.into()))),
            Err(status) if status.code() == Code::NotFound => Ok(None),
            Err(status) => Err(Fault::upstream("org-finder", &status)),
        }
    }
}
