//! The server against a real client over a real socket.

mod configuration;
mod deadlines;
mod detaching;
mod errors;
mod identity;
mod languages;
mod lifecycle;
mod logging;
mod mutations;
mod shedding;
mod support;
mod tls;
