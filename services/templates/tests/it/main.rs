//! The service through gRPC, on a real Postgres, beside a real org-finder.

mod catalogue;
mod guards;
mod refusals;
mod support;
mod templates;
