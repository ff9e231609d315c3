//! user-provisioning: whose events say who belongs to which organization.

use dialtone_client::ServiceChannel;
use dialtone_events::consumer::{Consumer, EventSource};
use dialtone_proto::events::v1::EventFilter;
use dialtone_proto::events::v1::event_service_client::EventServiceClient;

/// A user is on its target.
pub const PROVISIONED: &str = "user.provisioned";
/// A user is called otherwise or has another address.
pub const UPDATED: &str = "user.updated";
/// A user is gone.
pub const DELETED: &str = "user.deleted";
/// A user that was gone is back.
pub const UNDELETED: &str = "user.undeleted";
/// The state of a user who is on its target.
pub const STATE_PROVISIONED: &str = "USER_STATE_PROVISIONED";

/// The way to user-provisioning. Nothing here needs it to be up.
#[derive(Clone)]
pub struct UserProvisioning {
    channel: ServiceChannel,
}

impl UserProvisioning {
    pub fn new(channel: ServiceChannel) -> Self {
        Self { channel }
    }

    /// Its events, as a source that connects anew whenever it is asked.
    pub fn events(&self) -> impl EventSource + use<> {
        let channel = self.channel.clone();
        move || EventServiceClient::new(channel.as_self())
    }

    /// Who follows which of them.
    pub fn people(&self) -> Consumer {
        let types = [PROVISIONED, UPDATED, DELETED, UNDELETED].map(str::to_owned).into();
        Consumer {
            name: "people-directory",
            service: crate::SERVICE,
            filter: EventFilter { types, ..EventFilter::default() },
        }
    }
}
