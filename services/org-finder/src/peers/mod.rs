//! Other services as this one sees them: the only place besides `api` that names their wire types.

mod user_provisioning;

pub use user_provisioning::{DELETED, PROVISIONED, STATE_PROVISIONED, UNDELETED, UPDATED, UserProvisioning};
