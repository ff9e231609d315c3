//! The wire contract of the suite as Rust: messages, clients and servers of `dialtone.*` and of what they use of
//! `google.*`, the validation rules and method options that the protos declare, and the descriptors themselves.
//!
//! Everything here is generated from proto/ at build time or reads what was. Knows nothing of any service's meaning.

#[cfg(test)]
mod fixture;
pub mod foreign;
pub mod json;
pub mod methods;
pub mod time;
pub mod validate;

use std::sync::LazyLock;

use prost_reflect::DescriptorPool;

pub use generated::{dialtone::*, google};
pub use methods::{Method, method, methods};
pub use validate::{Validate, Violation, violations};

#[allow(
    clippy::all,
    unreachable_pub,
    missing_docs,
    rustdoc::all,
    reason = "generated code, which follows prost's taste"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/includes.rs"));
}

#[allow(clippy::all, reason = "generated code")]
mod implementations {
    use crate::validate::check;
    include!(concat!(env!("OUT_DIR"), "/implementations.rs"));
}

/// Every proto of the suite and all it imports, as protoc would encode it with `--include_imports
/// --include_source_info`: for reflection.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/descriptors.bin"));

/// The same descriptors, with options, to look things up by name at run time. Decoded once, at first use.
pub static DESCRIPTOR_POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(FILE_DESCRIPTOR_SET).expect("the build encoded these descriptors itself"));
