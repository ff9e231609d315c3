//! The other services as this one needs them. Beside `api` the only place that names their clients.

pub mod org_finder;
pub mod user_provisioning;

use dialtone_status::{Fault, Violation, field_violations};
use sha2::{Digest as _, Sha256};
use tonic::Status;
use uuid::{Builder, Uuid};

pub use org_finder::OrgFinder;
pub use user_provisioning::{NotLocated, UserProvisioning};

/// The `request_id` of a call that is made again under the same `key`, after a crash or by a repeated request.
pub fn request_id(key: &str) -> Uuid {
    let hash: [u8; 32] = Sha256::digest(key).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    Builder::from_custom_bytes(bytes).into_uuid()
}

/// What another service found wrong with a message of ours, at the fields of the message we were given.
fn violations(status: &Status, rule: &'static str, renamed: impl Fn(&str) -> String) -> Vec<Violation> {
    let found = field_violations(status).into_iter();
    found.map(|v| Violation { field: renamed(&v.field), rule, description: v.description }).collect()
}

/// Whether the other service says so by this reason of its own.
fn says(status: &Status, reason: &str) -> bool {
    dialtone_status::reason(status).as_deref() == Some(reason)
}

/// A metadata value of the other service's reason.
fn told(status: &Status, key: &str) -> String {
    dialtone_status::error_info(status).and_then(|mut info| info.metadata.remove(key)).unwrap_or_default()
}

/// A status without a meaning of its own here.
fn upstream(service: &str, status: &Status) -> Fault {
    Fault::upstream(service, status)
}
