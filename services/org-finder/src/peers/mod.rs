//! Others as this service sees them: the only place besides `api` that names their wire types.

mod dns;
mod user_provisioning;

pub use dns::{Dns, DnsConfig, Nameserver};
pub use user_provisioning::{DELETED, PROVISIONED, STATE_PROVISIONED, UNDELETED, UPDATED, UserProvisioning};
