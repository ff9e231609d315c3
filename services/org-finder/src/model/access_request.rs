//! Requests of partners to administer a customer fully: what a request is, when one can be made, and what becomes of it.

use chrono::{DateTime, SecondsFormat, Utc};
use dialtone_ids::{AccessRequestName, Etag, OrganizationId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::access::AccessRole;

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// The customer has not answered yet.
    Pending,
    Approved,
    Denied,
    /// Nobody answered in time.
    Expired,
    /// The link that it was about was removed.
    Cancelled,
}

impl State {
    /// The name that is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Approved => "APPROVED",
            Self::Denied => "DENIED",
            Self::Expired => "EXPIRED",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// The state of this name.
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Pending, Self::Approved, Self::Denied, Self::Expired, Self::Cancelled];
        all.into_iter().find(|state| state.as_str() == text)
    }
}

/// How a request ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Approved,
    Denied,
    Cancelled,
}

impl Ending {
    /// What the request is then.
    pub fn state(self) -> State {
        match self {
            Self::Approved => State::Approved,
            Self::Denied => State::Denied,
            Self::Cancelled => State::Cancelled,
        }
    }

    /// How history and events call it.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Approved => "access_request.approved",
            Self::Denied => "access_request.denied",
            Self::Cancelled => "access_request.cancelled",
        }
    }
}

/// A request, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessRequest {
    /// Below the customer.
    pub name: AccessRequestName,
    pub partner: OrganizationId,
    /// Who asked.
    pub requester: String,
    pub reason: String,
    /// PENDING also after it has expired, until that is written down: see [`AccessRequest::state_at`].
    pub state: State,
    /// Counts changes, from 1.
    pub version: i64,
    pub created: DateTime<Utc>,
    pub expires: DateTime<Utc>,
    /// When and by whom it was approved, denied or cancelled.
    pub decided: Option<DateTime<Utc>>,
    pub decider: Option<String>,
}

impl AccessRequest {
    pub fn customer(&self) -> OrganizationId {
        self.name.organization
    }

    /// Where it stands at a moment.
    pub fn state_at(&self, now: DateTime<Utc>) -> State {
        if self.state == State::Pending && self.expires <= now { State::Expired } else { self.state }
    }

    /// As events and history show it.
    pub fn view(&self) -> Value {
        let time = |time: DateTime<Utc>| time.to_rfc3339_opts(SecondsFormat::Micros, true);
        json!({
            "name": self.name,
            "partner": self.partner,
            "requester": self.requester,
            "reason": self.reason,
            "state": self.state.as_str(),
            "create_time": time(self.created),
            "expire_time": time(self.expires),
            "decide_time": self.decided.map(time),
            "decider": self.decider,
            "etag": Etag::of_version(self.version),
        })
    }
}

/// Why a partner cannot ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unasked {
    ReadOnly,
    FullAdminAlready,
    SetupNotComplete,
}

/// Whether the partner of a link of this role can ask.
pub fn may_ask(link: AccessRole, setup_complete: bool) -> Result<(), Unasked> {
    match link {
        AccessRole::ReadOnly => Err(Unasked::ReadOnly),
        AccessRole::FullAdmin => Err(Unasked::FullAdminAlready),
        AccessRole::ProvisioningAdmin if setup_complete => Ok(()),
        AccessRole::ProvisioningAdmin => Err(Unasked::SetupNotComplete),
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use dialtone_ids::AccessRequestId;

    use super::*;

    fn pending(expires: DateTime<Utc>) -> AccessRequest {
        AccessRequest {
            name: AccessRequestName::new(OrganizationId::new(), AccessRequestId::new()),
            partner: OrganizationId::new(),
            requester: "anna".to_owned(),
            reason: String::new(),
            state: State::Pending,
            version: 1,
            created: expires - TimeDelta::days(7),
            expires,
            decided: None,
            decider: None,
        }
    }

    #[test]
    fn a_request_without_an_answer_is_expired_from_the_moment_it_says() {
        let expires = DateTime::UNIX_EPOCH;
        let request = pending(expires);
        assert_eq!(request.state_at(expires - TimeDelta::microseconds(1)), State::Pending);
        assert_eq!(request.state_at(expires), State::Expired);
        let denied = AccessRequest { state: State::Denied, ..request };
        assert_eq!(denied.state_at(expires), State::Denied);
    }

    #[test]
    fn only_who_provisions_asks_and_only_when_the_service_is_set_up() {
        assert_eq!(may_ask(AccessRole::ProvisioningAdmin, true), Ok(()));
        assert_eq!(may_ask(AccessRole::ProvisioningAdmin, false), Err(Unasked::SetupNotComplete));
        assert_eq!(may_ask(AccessRole::ReadOnly, true), Err(Unasked::ReadOnly));
        assert_eq!(may_ask(AccessRole::FullAdmin, true), Err(Unasked::FullAdminAlready));
    }

    #[test]
    fn states_have_names() {
        for state in [State::Pending, State::Approved, State::Denied, State::Expired, State::Cancelled] {
            assert_eq!(State::parse(state.as_str()), Some(state));
        }
    }
}
