//! The service through gRPC, on a real Postgres, beside stand-ins for its two peers.

mod batch;
mod crash;
mod faults;
mod guards;
mod lists;
mod locations;
mod peers;
mod refusals;
mod support;
mod targets;
