//! Events: what changed in a service, in order, for whoever follows it.
//!
//! [`append`] writes an event in the transaction of its change. [`EventServer`] streams the table, first the history and
//! then live. [`consumer::run`] follows another service and stores its position together with what it did about it;
//! [`consumer::tail`] follows one to forget what was remembered of it.
//!
//! **Order.** Events are told in the order of `position`, which is taken while the changed rows are locked; so for one resource
//! it is the order of its changes. Ordering by transaction number instead would not be: a transaction with a lower number may change
//! a row after one with a higher number did. Positions are taken before their transactions commit, so a reader must not pass one that
//! may still appear; `horizon.rs` says when it may. It never waits for a transaction that cannot matter.
//!
//! This crate knows its tables and the wire format of Watch. It must not know any kind of event or any resource.

mod change;
pub mod consumer;
mod error;
mod feed;
mod filter;
mod horizon;
mod measure;
mod outbox;
mod position;
mod purge;
mod query;
mod schema;
mod server;
mod watch;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

pub use change::{record_change, record_changes};
pub use feed::Feed;
pub use outbox::{NewEvent, append, append_all};
pub use purge::{Retention, run_purge};
pub use server::EventServer;

/// The tables of this crate, for the service's migrator.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();
