//! The service through gRPC, on a real Postgres, beside a real org-finder.

mod anonymous;
mod bad_input;
mod catalogue;
mod edits;
mod guards;
mod life;
mod plans;
mod reasons;
mod refusals;
mod revisions;
mod settings;
mod settings_refusals;
mod subscription_owners;
mod support;
mod templates;
mod uses;
