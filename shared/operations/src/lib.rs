//! Long-running operations: work of several steps that survives any crash and ends done or cleanly undone.
//!
//! A service writes [`Step`]s and lists them in [`Definition`]s. It starts an operation in the transaction of the request that asks
//! for it ([`Operations::start`]) and lets one engine per process work ([`Operations::run`]). The state is data, rows and not a
//! replayed closure:
//!
//! - **Claim.** Due operations are taken in batches with `FOR UPDATE SKIP LOCKED`, each under a lease and a new epoch. One statement
//!   renews the leases of everything a process holds.
//! - **Step.** First the act, which calls others and holds no connection; then one transaction with the step's domain rows, its record,
//!   the progress, history and event. That transaction begins by locking the operation under its epoch: a worker that lost its
//!   lease finds nothing to lock and writes nothing.
//! - **Failure.** An attempt that failed is repeated after a growing, jittered wait that is a column and not a sleeping worker. When its
//!   budget is used up, the operation is STUCK, which a person sees and resumes, or fails and takes back what it did, last step first.
//! - **Release.** Lists of steps have versions; what this release does not know it leaves alone.
//!
//! [`OperationsServer`] and [`OperationControlServer`] show operations over gRPC. This crate knows no kind of operation.

mod config;
mod control;
mod definition;
mod engine;
mod hook;
mod hub;
mod job;
pub mod model;
mod operations;
mod record;
mod schema;
mod service;
mod step;
mod store;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};

pub use config::OperationsConfig;
pub use definition::{BadDefinition, Definition, Registry, Render};
pub use hook::{Hook, Point, Verdict};
pub use job::Job;
pub use operations::{Child, NewOperation, Operations, Started};
pub use service::{OperationControlServer, OperationsServer, pack};
pub use step::{Next, Step, StepError};
pub use store::Queue;

/// The tables of this crate, for the service's migrator.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();
