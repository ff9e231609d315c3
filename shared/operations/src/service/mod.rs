//! The gRPC face: `google.longrunning.Operations` and `dialtone.operations.v1.OperationControlService`.
//!
//! Wire only: authorise, parse, ask, render. A caller sees the operations of the organizations on which it has a role; one that
//! does not exist and one that is somebody else's look the same.

mod control;
mod door;
mod filter;
mod longrunning;
mod render;

pub use control::OperationControlServer;
pub use longrunning::OperationsServer;
pub use render::pack;
