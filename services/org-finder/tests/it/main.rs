//! org-finder through gRPC, on a real Postgres.

mod access;
mod activity;
mod activity_streams;
mod anonymous;
mod claim;
mod create;
mod domains;
mod events;
mod guards;
mod import;
mod lifecycle;
mod links;
mod matching;
mod merge;
mod merge_crash;
mod merge_identity;
mod merge_people;
mod merge_refusals;
mod merge_support;
mod organizations;
mod people;
mod plans;
mod reasons;
mod support;
mod update;
mod verify;
