//! org-finder: whether an organization is a partner, and whose.

use dialtone_authz::Ctx;
use dialtone_client::ServiceChannel;
use dialtone_events::consumer::EventSource;
use dialtone_ids::OrganizationId;
use dialtone_proto::events::v1::event_service_client::EventServiceClient;
use dialtone_proto::orgfinder::v1::access_service_client::AccessServiceClient;
use dialtone_proto::orgfinder::v1::organization_service_client::OrganizationServiceClient;
use dialtone_proto::orgfinder::v1::{GetOrganizationRequest, ListPartnerLinksRequest, OrganizationRole};
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

    /// Whether a partner is linked to an organization, directly. An organization has few partners: their links are read, a page or two.
    pub async fn is_linked(
        &self,
        ctx: &Ctx,
        partner: OrganizationId,
        organization: OrganizationId,
    ) -> Result<bool, Fault> {
        let mut client = AccessServiceClient::new(self.channel.for_ctx(ctx));
        let (of, mut page_token) = (format!("{partner}/"), String::new());
        loop {
            let request = ListPartnerLinksRequest {
                parent: organization.to_string(),
                as_customer: true,
                page_size: 1_000,
                page_token,
            };
            let answer = client.list_partner_links(request).await;
            let page = answer.map_err(|status| Fault::upstream("org-finder", &status))?.into_inner();
            if page.partner_links.iter().any(|link| link.name.starts_with(&of)) {
                return Ok(true);
            }
            if page.next_page_token.is_empty() {
                return Ok(false);
            }
            page_token = page.next_page_token;
        }
    }
}
