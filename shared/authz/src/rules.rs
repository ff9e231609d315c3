//! A method's permission against a caller, before anything is known of the request.

use dialtone_proto::{Method, methods::Permission};
use dialtone_status::Fault;

use crate::{Caller, CallerKind, Role};

/// How a caller that is let in gets to its data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// Every organization: the provider's staff, and services that the permission lists.
    Everywhere,
    /// The organizations on which the caller has at least this role.
    ByRole(Role),
    /// The one subscription of the set-up session.
    BySubscription,
    /// The request itself carries the proof, or there is nothing to see.
    Open,
}

/// Whether the caller may call the method at all, and what remains to be checked. UNAUTHENTICATED if only a known caller could,
/// PERMISSION_DENIED if this one never can.
pub fn admission(method: &Method, caller: &Caller) -> Result<Admission, Fault> {
    let permission = &method.permission;
    let granted = match &caller.kind {
        CallerKind::Platform => Some(Admission::Everywhere),
        CallerKind::Service(service) if lists(permission, service.as_str()) => Some(Admission::Everywhere),
        CallerKind::Person => by_role(permission),
        CallerKind::SetupContact { .. } if permission.setup_contact => Some(Admission::BySubscription),
        CallerKind::Service(_) | CallerKind::SetupContact { .. } | CallerKind::Anonymous => None,
    };
    match granted {
        Some(granted) => Ok(granted),
        None if permission.anonymous => Ok(Admission::Open),
        None if caller.kind == CallerKind::Anonymous => {
            Err(Fault::unauthenticated("This method needs a token; send one as `authorization: Bearer ...`."))
        }
        None if permission.any_caller => Ok(Admission::ByRole(floor(permission))),
        None => Err(Fault::permission_denied(permission.name)),
    }
}

/// The way in of a person, if there is one.
fn by_role(permission: &Permission) -> Option<Admission> {
    match permission.least_role {
        Role::ReadOnly | Role::ProvisioningAdmin | Role::FullAdmin => Some(Admission::ByRole(permission.least_role)),
        Role::Unspecified | Role::Platform => None,
    }
}

/// What a method for any caller asks on an organization: its least role, and to read if it names none.
fn floor(permission: &Permission) -> Role {
    match permission.least_role {
        Role::Unspecified => Role::ReadOnly,
        role => role,
    }
}

fn lists(permission: &Permission, service: &str) -> bool {
    permission.services.contains(&service)
}
