//! org-finder: whether an organization is a partner.

use dialtone_authz::Ctx;
use dialtone_client::ServiceChannel;
use dialtone_events::consumer::EventSource;
use dialtone_ids::OrganizationId;
use dialtone_proto::events::v1::event_service_client::EventServiceClient;
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_proto::orgfinder::v1::{GetOrganizationRequest, OrganizationRole};
use dialtone_status::Fault;

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

    /// Whether the organization may resell.
    pub async fn is_partner(&self, ctx: &Ctx, organization: OrganizationId) -> Result<bool, Fault> {
        let mut client = OrganizationServiceClient::new(self.channel.for_ctx(ctx));
        let request = GetOrganizationRequest { name: organization.to_string() };
        let answer = client.get_organization(request).await.map_err(|status| Fault::upstream("org-finder", &status))?;
        Ok(answer.into_inner().roles.contains(&OrganizationRole::Partner.into()))
    }
}
