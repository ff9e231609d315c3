//! What the service is about, as plain values: no database, no wire, nothing async.

pub mod access;
pub mod case;
pub mod item;
pub mod licences;
pub mod location;
pub mod order;
pub mod organization;
pub mod session;
pub mod setup_link;
pub mod subscription;
pub mod summary;
pub mod welcome;
pub mod words;
