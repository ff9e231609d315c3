//! The engine: claims what is due, works on it, keeps its leases, and gives back what it does not finish.

mod attempt;
mod claims;
mod decide;
mod held;
mod metrics;
mod turn;
mod upkeep;
mod worker;

pub(crate) use claims::run;
pub(crate) use metrics::Metrics;
