//! Others as this service sees them: the only place besides `api` that names their wire types.

mod dns;
mod subscriptions;
mod user_provisioning;

pub use dns::{Dns, DnsConfig, Nameserver};
pub use subscriptions::Subscriptions;
pub use user_provisioning::{DELETED, PROVISIONED, STATE_PROVISIONED, UNDELETED, UPDATED, UserProvisioning};
