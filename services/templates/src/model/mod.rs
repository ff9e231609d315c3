//! What templates are and which decisions follow from them. Pure: no database, no wire, no clock.

pub mod catalogue;
pub mod difference;
pub mod offer;
pub mod offering;
pub mod package;
pub mod plan;
pub mod provisioning_id;
pub mod review;
pub mod revision;
pub mod setting;
pub mod template;
