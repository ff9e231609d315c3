//! What templates are and which decisions follow from them. Pure: no database, no wire, no clock.

pub mod difference;
pub mod package;
pub mod provisioning_id;
pub mod review;
pub mod revision;
pub mod setting;
pub mod template;
