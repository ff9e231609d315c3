//! What templates are and which decisions follow from them. Pure: no database, no wire, no clock.

pub mod package;
pub mod provisioning_id;
pub mod review;
pub mod template;
