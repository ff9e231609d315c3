//! The gateway: one address for the whole suite. It finds out who calls, and passes calls on without decoding them.
//!
//! Has no database and knows no service's meaning; what it knows of methods it reads from their descriptors.

pub mod api;
pub mod auth;
pub mod config;
pub mod upstream;
