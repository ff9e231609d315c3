//! The server against a real client over a real socket.

mod deadlines;
mod detaching;
mod errors;
mod identity;
mod lifecycle;
mod logging;
mod shedding;
mod support;
