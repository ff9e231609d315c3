//! What the tests of the suite stand on: a real Postgres, a real database per test, identities, fault injection,
//! and assertions that name codes and reasons instead of texts.
//!
//! Without the feature `tests` only [`postgres`] is there: it builds in seconds and serves the project's tools.
//!
//! Nothing here may be linked into a service binary. [`postgres::Cluster`] also serves the local suite (`make up`).

#[cfg(feature = "tests")]
mod access;
#[cfg(feature = "tests")]
pub mod database;
#[cfg(feature = "tests")]
pub mod fault;
#[cfg(feature = "tests")]
pub mod keys;
#[cfg(feature = "tests")]
pub mod logs;
#[cfg(feature = "name-server")]
pub mod name_server;
pub mod postgres;
#[cfg(feature = "tests")]
mod schema;
#[cfg(feature = "tests")]
pub mod tcp_proxy;
#[cfg(feature = "tests")]
pub mod wait;

#[cfg(feature = "tests")]
pub use access::FixedAccess;
#[cfg(feature = "tests")]
pub use database::{Database, Template, fresh};
#[cfg(feature = "tests")]
pub use keys::{Keys, request};
#[cfg(feature = "tests")]
pub use logs::{LogGuard, log_guard};
#[cfg(feature = "tests")]
pub use schema::{WRITE_VARIABLE, assert_schema};
#[cfg(feature = "tests")]
pub use wait::eventually;
