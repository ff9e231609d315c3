//! Long-running operations.

pub mod model;
