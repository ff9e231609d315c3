//! The service through gRPC, on a real Postgres, beside a real org-finder, a real user-provisioning and a real mail server.

mod access;
mod crash;
mod guards;
mod links;
mod lists;
mod mailbox;
mod mapping;
mod merges;
mod orders;
mod plans;
mod setup;
mod steps;
mod support;
