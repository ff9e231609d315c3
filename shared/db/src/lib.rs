//! The one door to Postgres: pool, transactions, fault classification, idempotency, history, pages and migrations.
//!
//! This crate owns everything that must be the same in every service when it speaks to its database. It knows no table of a
//! service, no gRPC and no wording for callers: a [`DbFault`] gets its meaning in the service that caused it.

pub mod bootstrap;
mod cas;
mod classify;
mod config;
mod context;
mod fault;
pub mod history;
pub mod idempotency;
mod measure;
pub mod migrate;
mod mutate;
pub mod page;
mod pool;
mod schema;
pub mod schema_print;
mod tx;

pub use cas::{Cas, cas};
pub use classify::Classify;
pub use config::{DatabaseConfig, MigrationConfig, PagingConfig};
pub use context::{OpName, Tenants, TxContext};
pub use fault::{DbFault, TxError};
pub use idempotency::Mutation;
pub use page::{BadPageToken, Pager};
pub use pool::{PoolStatus, Store};
pub use tx::TxFn;

/// The connection that transaction closures get. Owned by the pool; never kept beyond the closure.
pub type Conn = diesel_async::AsyncPgConnection;
