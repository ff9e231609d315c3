//! The outside of the gateway: the listener, and what happens to each call on its way through.
//!
//! [`stack`] is the table of contents. Must not decode messages, but for the one field that routes a shared service.

mod body;
mod call;
mod deadline;
mod headers;
mod health;
mod listener;
mod own;
mod refuse;
mod reply;
mod shed;
mod stack;
mod trace;

pub use listener::{BoundListener, ServeFault};
pub use stack::Gateway;

/// The domain of the gateway's own errors.
pub(crate) const DOMAIN: &str = dialtone_ids::ServiceName::Gateway.error_domain();
