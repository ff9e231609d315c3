//! Who calls, what the call may see, and whether it may happen at all.
//!
//! Owns the caller, the request's context, the signed internal token by which one process of the suite believes another, and the
//! rules that turn a method's permission into yes or no. Knows nothing of tables, transports or what a service means by its methods;
//! where grants are kept is behind [`AccessSource`].

mod access;
mod caller;
mod claims;
mod config;
mod ctx;
mod guard;
pub mod keys;
mod remote;
mod rules;
mod signer;
mod verifier;

pub use access::{AccessSource, CachedAccess, GRANT_EVENTS};
pub use caller::{Caller, CallerKind};
pub use config::IdentityConfig;
pub use ctx::{Ctx, JOB_TIME};
pub use dialtone_proto::annotations::v1::Role;
pub use guard::Guard;
pub use keys::KeyFault;
pub use remote::RemoteAccess;
pub use rules::{Admission, admission};
pub use signer::TokenSigner;
pub use verifier::{TokenFault, TokenVerifier};

/// The metadata key that carries the internal token. Never accepted from outside: the gateway drops it and sets its own.
pub const IDENTITY_HEADER: &str = "x-dialtone-identity";
