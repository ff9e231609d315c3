//! How every process of the suite serves gRPC: the listening socket, its connections and their end, and the layers that each
//! request passes through before a handler sees it.
//!
//! [`stack`] is the table of contents. Knows nothing of what any service does; a handler gets its context from [`ctx`] and runs
//! what must not stop half-way in [`detached`].

mod accept;
mod body;
mod config;
mod context;
mod detached;
mod health;
pub mod layers;
mod mutation;
pub mod program;
mod serve;
mod services;
mod signal;
mod sockets;
pub mod stack;
mod tls;

pub use accept::{Draining, Listener};
pub use body::refuse;
pub use config::{ServeConfig, TlsConfig};
pub use context::{RequestInfo, ctx, deadline};
pub use detached::detached;
pub use health::Health;
pub use mutation::mutation;
pub use serve::{METRICS_OFFSET, ServeFault, Server, leave, serve, with_standard};
pub use services::Services;
pub use signal::shutdown_signal;
pub use sockets::listen;

/// Makes aws-lc the process's one TLS provider. First thing in every `main`: with two providers linked, rustls refuses to choose.
pub fn install_crypto() {
    // Fails only when a provider is installed already, and this one is the only one linked.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
}
