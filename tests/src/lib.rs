//! The whole suite on one machine: what `make up`, `make demo` and `make token` run, and the harness of the scenario tests,
//! which drive real processes through the gateway. Not part of any service.

pub mod caller;
pub mod database;
pub mod demo;
pub mod harness;
pub mod health;
pub mod issuer;
pub mod layout;
pub mod mailbox;
pub mod process;
pub mod settings;
mod sockets;
pub mod suite;
pub mod token;
pub mod world;
