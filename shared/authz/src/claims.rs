//! What stands in the internal token, and how it maps to a [`Caller`].

use dialtone_ids::{ServiceName, SubscriptionId};
use serde::{Deserialize, Serialize};

use crate::{Caller, CallerKind};

/// The audience of every internal token.
pub(crate) const AUDIENCE: &str = "dialtone-internal";
/// How long a token lives, in seconds. A token is taken with a call, not kept, so a minute covers any queue on the way.
pub(crate) const LIFE_SECONDS: u64 = 60;

/// The claims, as signed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The process that signed.
    pub(crate) iss: ServiceName,
    pub(crate) aud: String,
    pub(crate) sub: String,
    pub(crate) kind: Kind,
    /// The actor for whom a service calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) obo: Option<String>,
    /// The service a service token speaks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) service: Option<ServiceName>,
    /// The subscription of a set-up session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subscription: Option<SubscriptionId>,
    /// Signed at, seconds since 1970.
    pub(crate) iat: u64,
    /// Good until, seconds since 1970.
    pub(crate) exp: u64,
}

/// [`CallerKind`] without what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Kind {
    Person,
    Platform,
    Service,
    SetupContact,
    Anonymous,
}

impl Claims {
    /// Claims of a token that `issuer` signs for `caller` at `now` (seconds since 1970).
    pub(crate) fn of(issuer: ServiceName, caller: &Caller, now: u64) -> Self {
        let (kind, service, subscription) = match caller.kind {
            CallerKind::Person => (Kind::Person, None, None),
            CallerKind::Platform => (Kind::Platform, None, None),
            CallerKind::Service(service) => (Kind::Service, Some(service), None),
            CallerKind::SetupContact { subscription } => (Kind::SetupContact, None, Some(subscription)),
            CallerKind::Anonymous => (Kind::Anonymous, None, None),
        };
        Self {
            iss: issuer,
            aud: AUDIENCE.to_owned(),
            sub: caller.subject.clone(),
            kind,
            obo: caller.on_behalf_of.clone(),
            service,
            subscription,
            iat: now,
            exp: now + LIFE_SECONDS,
        }
    }

    /// The caller, or none if the claims contradict each other.
    pub(crate) fn caller(self) -> Option<Caller> {
        let kind = match (self.kind, self.service, self.subscription) {
            (Kind::Person, None, None) => CallerKind::Person,
            (Kind::Platform, None, None) => CallerKind::Platform,
            (Kind::Service, Some(service), None) => CallerKind::Service(service),
            (Kind::SetupContact, None, Some(subscription)) => CallerKind::SetupContact { subscription },
            (Kind::Anonymous, None, None) => CallerKind::Anonymous,
            _ => return None,
        };
        let nobody = kind == CallerKind::Anonymous;
        (self.sub.is_empty() == nobody).then_some(Caller { subject: self.sub, kind, on_behalf_of: self.obo })
    }
}
