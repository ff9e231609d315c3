//! The database door on a real server; each test has a database of its own.

mod commit_proxy;
mod commit_unknown;
mod deadlines;
mod dropped;
mod faults;
mod idempotency;
mod migrations;
mod pool;
mod retries;
mod roles;
mod schema;
mod support;
mod tenants;
