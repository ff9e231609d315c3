//! Operations on a real Postgres: everything that the crate promises, broken on purpose where it can break.

mod cancel;
mod children;
mod crash;
mod fixture;
mod grpc;
mod leases;
mod many;
mod progress;
mod retries;
mod stuck;
mod tables;
mod versions;
mod world;
