//! The caller of a request, as the token says.

use dialtone_ids::{ServiceName, SubscriptionId};

/// What kind of caller it is; decides which of a permission's ways in is open.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CallerKind {
    /// A person with grants on organizations.
    Person,
    /// Staff or an internal platform of the service provider: every organization.
    Platform,
    /// A process of the suite, in its own right.
    Service(ServiceName),
    /// A provisioning contact who opened the set-up link of one subscription.
    SetupContact {
        /// The only subscription the session is good for.
        subscription: SubscriptionId,
    },
    /// Nobody in particular.
    Anonymous,
}

/// Who calls.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    /// Stable id: the `sub` of the caller's token, or the address of a set-up contact. Empty for [`CallerKind::Anonymous`].
    pub subject: String,
    /// What kind of caller it is.
    pub kind: CallerKind,
    /// The actor for whom a service calls; recorded in history, never consulted for permissions.
    pub on_behalf_of: Option<String>,
}

impl Caller {
    /// A person.
    pub fn person(subject: impl Into<String>) -> Self {
        Self::of(subject, CallerKind::Person)
    }

    /// Staff or a platform of the service provider.
    pub fn platform(subject: impl Into<String>) -> Self {
        Self::of(subject, CallerKind::Platform)
    }

    /// A service in its own right.
    pub fn service(service: ServiceName) -> Self {
        Self::of(service.as_str(), CallerKind::Service(service))
    }

    /// A service that calls because `actor` asked it to.
    pub fn service_for(service: ServiceName, actor: impl Into<String>) -> Self {
        Self { on_behalf_of: Some(actor.into()), ..Self::service(service) }
    }

    /// A provisioning contact in the set-up session of `subscription`.
    pub fn setup_contact(address: impl Into<String>, subscription: SubscriptionId) -> Self {
        Self::of(address, CallerKind::SetupContact { subscription })
    }

    /// Nobody in particular.
    pub fn anonymous() -> Self {
        Self::of("", CallerKind::Anonymous)
    }

    fn of(subject: impl Into<String>, kind: CallerKind) -> Self {
        Self { subject: subject.into(), kind, on_behalf_of: None }
    }

    /// Who acts, as history stores it: `person:alice`, `service:subscriptions for person:alice`.
    pub fn actor(&self) -> String {
        match &self.on_behalf_of {
            Some(actor) => format!("{} for {actor}", self.key()),
            None => self.key(),
        }
    }

    /// The actor at the beginning of the chain of calls: the one for whom a service acts, else the caller.
    pub fn origin(&self) -> String {
        self.on_behalf_of.clone().unwrap_or_else(|| self.key())
    }

    /// Identity of the caller itself, whoever it acts for; request ids are unique within it.
    pub fn key(&self) -> String {
        match self.kind {
            CallerKind::Anonymous => self.kind_name().to_owned(),
            _ => format!("{}:{}", self.kind_name(), self.subject),
        }
    }

    /// The kind as logs and metrics name it. Says nothing about the person.
    pub fn kind_name(&self) -> &'static str {
        match self.kind {
            CallerKind::Person => "person",
            CallerKind::Platform => "platform",
            CallerKind::Service(_) => "service",
            CallerKind::SetupContact { .. } => "setup-contact",
            CallerKind::Anonymous => "anonymous",
        }
    }
}
