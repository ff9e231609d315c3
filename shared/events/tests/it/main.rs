//! Events on a real Postgres.

mod consumer;
mod order;
mod purge;
mod support;
mod tail;
mod tenants;
mod watch;
mod wire;
