//! Calling other services: [`Upstream`] keeps the connections and balances; [`ServiceChannel`] adds who calls, how
//! long it may take and the trace.
//!
//! Owns everything between a generated client and the network. Must not know any service's messages.

mod backoff;
mod channel;
pub mod grpc_timeout;
mod settings;
mod upstream;

pub use backoff::Backoff;
pub use channel::{CallBody, CallChannel, ServiceChannel};
pub use settings::{TlsSettings, UpstreamSettings};
pub use upstream::{
    BadTarget, BadTls, BadUpstream, BrokenOff, Lookup, Resend, SendError, Unavailable, Upstream, UpstreamBody,
};
