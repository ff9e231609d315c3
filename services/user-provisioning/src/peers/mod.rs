//! The other services as this one needs them. Beside `api` the only place that names their clients.

mod org_finder;
mod templates;

pub use org_finder::OrgFinder;
pub use templates::Templates;
