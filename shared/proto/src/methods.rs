//! What each RPC declares about itself: who may call it, how long it may take, when it may be sent again, and its
//! HTTP path. Read from the protos at build time; RPCs of packages that are not ours are listed in [`crate::foreign`].

use std::{sync::LazyLock, time::Duration};

pub use crate::annotations::v1::{Retry, Role};
use crate::foreign;

/// One RPC that a process of the suite may serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method {
    /// Path of the HTTP/2 request: `/package.Service/Name`.
    pub path: &'static str,
    /// Full name of the service: `dialtone.orgfinder.v1.OrganizationService`.
    pub service: &'static str,
    /// Name within the service.
    pub name: &'static str,
    /// Full name of the request message.
    pub request: &'static str,
    /// Full name of the response message.
    pub response: &'static str,
    /// Whether the caller sends a stream.
    pub client_streaming: bool,
    /// Whether the server answers with a stream.
    pub server_streaming: bool,
    /// Who may call it.
    pub permission: Permission,
    /// How long it may take and when it may be sent again.
    pub policy: Policy,
    /// Where it is found as JSON over HTTP; empty for protocols of gRPC itself.
    pub http: &'static [Http],
}

/// Who may call a method: `dialtone.annotations.v1.Permission` as a constant. A caller needs one of the ways in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permission {
    /// Stable name, `collection.verb`.
    pub name: &'static str,
    /// The least role that a person needs on the organization; `Unspecified` if no role is enough.
    pub least_role: Role,
    /// Services that may call it in their own right, by the names of `ServiceName`.
    pub services: &'static [&'static str],
    /// A contact with a set-up session may call it for that session's subscription.
    pub setup_contact: bool,
    /// Anybody may call it.
    pub anonymous: bool,
    /// Any authenticated caller may call it and sees only its own organizations.
    pub any_caller: bool,
}

/// Time limit and retry rule of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// The longest time it may take; none for a stream that has no end of its own.
    pub deadline: Option<Duration>,
    /// When a call may be sent again without the caller's knowledge.
    pub retry: Retry,
}

/// One binding of `google.api.http`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Http {
    /// `GET`, `POST`, ...
    pub verb: &'static str,
    /// Path template: `/v1/{name=organizations/*}`.
    pub path: &'static str,
    /// Field that the body is read into; `*` for the whole request, empty for none.
    pub body: &'static str,
}

static OWN: &[Method] = include!(concat!(env!("OUT_DIR"), "/methods.rs"));

static ALL: LazyLock<Vec<Method>> = LazyLock::new(|| {
    let mut all: Vec<_> = OWN.iter().chain(foreign::METHODS).cloned().collect();
    all.sort_by_key(|m| m.path);
    all
});

/// Every RPC that a process of the suite may serve, sorted by path.
pub fn methods() -> &'static [Method] {
    &ALL
}

/// The RPC at this path of an HTTP/2 request. None means that no process of the suite may serve it.
pub fn method(path: &str) -> Option<&'static Method> {
    let found = ALL.binary_search_by_key(&path, |m| m.path).ok()?;
    Some(&ALL[found])
}
