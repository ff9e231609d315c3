//! What locations, users, targets and batches are, and which decisions follow. Pure: no database, no wire, no clock.

pub mod account;
pub mod batch;
pub mod location;
pub mod target;
pub mod user;
