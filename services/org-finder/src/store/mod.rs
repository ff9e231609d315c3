//! The SQL of the service: the only place that knows Diesel. Rows never leave it; the model's types do.

pub mod access;
pub mod access_request;
pub mod activity;
pub mod candidate;
pub mod domain;
pub mod domain_search;
pub mod grant;
pub mod import;
pub mod lookalike;
pub mod merge;
pub mod merge_person;
pub mod merge_request;
pub mod merge_row;
pub mod name_index;
pub mod name_search;
pub mod op;
pub mod organization;
pub mod partner_link;
pub mod person;
pub mod purge;
mod schema;
pub mod setup;
mod shown_domain;

use dialtone_db::DbFault;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use crate::model::access::AccessRole;

/// The service's own tables; those of the shared crates have migrations of their own.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// A column that does not hold what its check constraint allows: a fault of ours.
fn unreadable(column: &'static str) -> DbFault {
    DbFault::Other(format!("column {column} cannot be read"))
}

fn role(number: i16) -> Result<AccessRole, DbFault> {
    AccessRole::from_number(number).ok_or_else(|| unreadable("role"))
}
