//! subscriptions: whose events say that a partner has set up what a customer bought. It calls this service, so it is watched and not
//! called.

use dialtone_client::ServiceChannel;
use dialtone_events::consumer::{Consumer, EventSource};
use dialtone_proto::events::v1::EventFilter;
use dialtone_proto::events::v1::event_service_client::EventServiceClient;

/// The way to subscriptions. Nothing here needs it to be up.
#[derive(Clone)]
pub struct Subscriptions {
    channel: ServiceChannel,
}

impl Subscriptions {
    pub fn new(channel: ServiceChannel) -> Self {
        Self { channel }
    }

    /// Its events, as a source that connects anew whenever it is asked.
    pub fn events(&self) -> impl EventSource + use<> {
        let channel = self.channel.clone();
        move || EventServiceClient::new(channel.as_self())
    }

    /// Who follows which of them: every change of a subscription, since each tells all of it.
    pub fn setups(&self) -> Consumer {
        Consumer {
            name: "completed-setups",
            service: crate::SERVICE,
            filter: EventFilter { resource_prefix: "subscriptions/".to_owned(), ..EventFilter::default() },
        }
    }
}
