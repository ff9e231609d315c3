//! The service through gRPC, on a real Postgres, beside a real org-finder.

mod anonymous;
mod bad_input;
mod catalogue;
mod catalogue_load;
mod edits;
mod guards;
mod life;
mod offer_refusals;
mod offer_support;
mod offers;
mod plan_crud;
mod plan_telephony;
mod plan_uses;
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
