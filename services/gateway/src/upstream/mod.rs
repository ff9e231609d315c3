//! Where a call goes: the services behind the gateway, by the service that the path names or by the first message.
//!
//! Owns the table of routes and the connections to the services. Must not know who calls.

mod first_message;
mod routes;

pub use first_message::{Buffered, BySharedService, ReadError, read};
pub use routes::{Destination, Routes};

use dialtone_client::{BadUpstream, Upstream};
use dialtone_ids::ServiceName;

use crate::config::Upstreams;

/// The services behind the gateway.
#[derive(Clone)]
pub struct Services(Vec<(ServiceName, Upstream)>);

impl Services {
    /// Starts connecting to all of them. Must be called within a tokio runtime.
    pub fn connect(config: &Upstreams) -> Result<Self, BadUpstream> {
        let connected: Result<Vec<_>, _> = config
            .each()
            .into_iter()
            .map(|(service, settings)| Ok((service, Upstream::connect(service.as_str(), settings)?)))
            .collect();
        connected.map(Self)
    }

    /// The way to one of them; none for the gateway itself.
    pub fn get(&self, service: ServiceName) -> Option<&Upstream> {
        self.0.iter().find(|(name, _)| *name == service).map(|(_, upstream)| upstream)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &(ServiceName, Upstream)> {
        self.0.iter()
    }
}
