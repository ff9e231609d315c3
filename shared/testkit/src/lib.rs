//! What the tests of the suite stand on: a real Postgres, a real database per test, identities, fault injection,
//! and assertions that name codes and reasons instead of texts.
//!
//! Nothing here may be linked into a service binary. [`postgres::Cluster`] also serves the local suite (`make up`).

pub mod database;
pub mod fault;
pub mod logs;
pub mod postgres;
pub mod tcp_proxy;
pub mod wait;

pub use database::{Database, Template, fresh};
pub use logs::log_guard;
pub use wait::eventually;
