//! The other services as this one needs them. Beside `api` the only place that names their clients.

pub mod org_finder;
pub mod subscriptions;

pub use org_finder::OrgFinder;
pub use subscriptions::Subscriptions;
