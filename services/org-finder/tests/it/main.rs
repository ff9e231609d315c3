//! org-finder through gRPC, on a real Postgres.

mod access;
mod activity;
mod anonymous;
mod create;
mod events;
mod guards;
mod import;
mod links;
mod matching;
mod organizations;
mod people;
mod plans;
mod reasons;
mod support;
mod update;
