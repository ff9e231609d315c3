//! Names and identifiers of the suite's resources, the names of its services, and etags.
//!
//! Owns how a name such as `organizations/{uuid}/users/{uuid}` is written and read; every layer passes the typed form.
//! Knows nothing of protobuf, of SQL or of who may see what.

mod etag;
mod name;
mod operation;
mod resources;
mod service;

pub use etag::Etag;
pub use name::BadName;
pub use operation::{OperationId, OperationName};
pub use resources::*;
pub use service::{ServiceName, UnknownService};

/// Re-exported so that the macros work in any crate.
#[doc(hidden)]
pub mod __private {
    pub use crate::name::{parse_leaf, split_child};
    pub use serde;
    pub use uuid::Uuid;
}
