//! org-finder: through whom a person reaches a customer.

use dialtone_authz::Ctx;
use dialtone_client::ServiceChannel;
use dialtone_events::consumer::EventSource;
use dialtone_ids::OrganizationId;
use dialtone_proto::events::v1::event_service_client::EventServiceClient;
use dialtone_proto::orgfinder::v1::CheckAccessRequest;
use dialtone_proto::orgfinder::v1::access_service_client::AccessServiceClient;
use dialtone_status::Fault;

/// Calls org-finder on behalf of a request's caller.
#[derive(Clone)]
pub struct OrgFinder {
    channel: ServiceChannel,
}

impl OrgFinder {
    /// Through this channel.
    pub fn new(channel: ServiceChannel) -> Self {
        Self { channel }
    }

    /// Its events, as a source that connects anew whenever it is asked.
    pub fn events(channel: ServiceChannel) -> impl EventSource + use<> {
        move || EventServiceClient::new(channel.as_self())
    }

    /// The partner through which the person's role on the customer applies; none for a grant on the customer itself, or no role.
    pub async fn via(
        &self,
        ctx: &Ctx,
        customer: OrganizationId,
        subject: &str,
    ) -> Result<Option<OrganizationId>, Fault> {
        let mut client = AccessServiceClient::new(self.channel.for_ctx(ctx));
        let request = CheckAccessRequest { organization: customer.to_string(), subject: subject.to_owned() };
        let answer = client.check_access(request).await.map_err(|status| Fault::upstream("org-finder", &status))?;
        match answer.into_inner().via.as_str() {
            "" => Ok(None),
            via => OrganizationId::parse(via).map(Some).map_err(|bad| Fault::internal(format!("org-finder: {bad}"))),
        }
    }
}
