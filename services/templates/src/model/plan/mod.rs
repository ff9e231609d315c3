//! Plans of hosted services: how one is configured for a user or for a customer.

mod check;
mod name;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use check::{Misfit, misfits};
pub use name::{Kind, Owner, PlanName};

/// A plan as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    pub name: PlanName,
    /// Id of the hosted service.
    pub offering: String,
    pub content: Content,
    pub version: i64,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
}

/// What a plan says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    User(UserContent),
    Customer(CustomerContent),
}

/// How the service is configured for a user. Empty texts are left to the service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserContent {
    pub display_name: String,
    pub telephony: Telephony,
    pub line_server_uri: String,
    pub dial_plan: String,
    pub voice_policy: String,
}

/// How the service is configured for a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerContent {
    pub display_name: String,
    /// What its users may have; empty for all.
    pub allowed: Vec<Telephony>,
    pub federation: Federation,
    pub federated_domains: Vec<String>,
    pub archiving: Archiving,
}

/// What a user can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Telephony {
    EnterpriseVoice,
    PcToPc,
    AudioVideoDisabled,
    RemoteCallControl,
    RemoteCallControlOnly,
}

impl Telephony {
    /// Each of them.
    pub const ALL: [Self; 5] = [
        Self::EnterpriseVoice,
        Self::PcToPc,
        Self::AudioVideoDisabled,
        Self::RemoteCallControl,
        Self::RemoteCallControlOnly,
    ];
}

/// With whom outside its own organization a customer's users can speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Federation {
    Disabled,
    ListedDomains,
    Open,
}

/// Which conversations are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Archiving {
    None,
    Federated,
    All,
}

impl Plan {
    /// The plan as history and events tell it, fields named as in its proto message.
    pub fn view(&self) -> Value {
        let mut view = self.content.view();
        view["name"] = json!(self.name);
        view["offering"] = json!(format!("offerings/{}", self.offering));
        view
    }
}

impl Content {
    /// Whom it is for.
    pub fn kind(&self) -> Kind {
        match self {
            Self::User(_) => Kind::User,
            Self::Customer(_) => Kind::Customer,
        }
    }

    /// What a user of it can do; none of a customer plan.
    pub fn telephony(&self) -> Option<Telephony> {
        match self {
            Self::User(user) => Some(user.telephony),
            Self::Customer(_) => None,
        }
    }

    /// Whether users of a customer with this plan may have this; a user plan forbids nothing.
    pub fn allows(&self, telephony: Telephony) -> bool {
        match self {
            Self::User(_) => true,
            Self::Customer(customer) => customer.allowed.is_empty() || customer.allowed.contains(&telephony),
        }
    }

    /// Whether users can do something else or less by this than by what was before.
    pub fn restricts(&self, before: &Self) -> bool {
        self.telephony() != before.telephony()
            || Telephony::ALL.into_iter().any(|telephony| before.allows(telephony) && !self.allows(telephony))
    }

    fn view(&self) -> Value {
        match self {
            Self::User(user) => json!({
                "display_name": user.display_name,
                "telephony_option": user.telephony,
                "line_server_uri": user.line_server_uri,
                "dial_plan": user.dial_plan,
                "voice_policy": user.voice_policy,
            }),
            Self::Customer(customer) => json!({
                "display_name": customer.display_name,
                "allowed_telephony_options": customer.allowed,
                "federation": customer.federation,
                "federated_domains": customer.federated_domains,
                "archiving": customer.archiving,
            }),
        }
    }

    /// Takes over from `new`, which is of the same kind, the fields of the mask.
    pub fn apply(&mut self, new: &Content, mask: &[String]) {
        for path in mask {
            match (&mut *self, new, path.as_str()) {
                (Self::User(own), Self::User(new), "display_name") => own.display_name.clone_from(&new.display_name),
                (Self::User(own), Self::User(new), "telephony_option") => own.telephony = new.telephony,
                (Self::User(own), Self::User(new), "line_server_uri") => {
                    own.line_server_uri.clone_from(&new.line_server_uri);
                }
                (Self::User(own), Self::User(new), "dial_plan") => own.dial_plan.clone_from(&new.dial_plan),
                (Self::User(own), Self::User(new), "voice_policy") => own.voice_policy.clone_from(&new.voice_policy),
                (Self::Customer(own), Self::Customer(new), "display_name") => {
                    own.display_name.clone_from(&new.display_name);
                }
                (Self::Customer(own), Self::Customer(new), "allowed_telephony_options") => {
                    own.allowed.clone_from(&new.allowed);
                }
                (Self::Customer(own), Self::Customer(new), "federation") => own.federation = new.federation,
                (Self::Customer(own), Self::Customer(new), "federated_domains") => {
                    own.federated_domains.clone_from(&new.federated_domains);
                }
                (Self::Customer(own), Self::Customer(new), "archiving") => own.archiving = new.archiving,
                _ => {}
            }
        }
    }
}

/// The fields that a mask may name, in the order of the message.
pub fn mutable(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::User => &["display_name", "telephony_option", "line_server_uri", "dial_plan", "voice_policy"],
        Kind::Customer => {
            &["display_name", "allowed_telephony_options", "federation", "federated_domains", "archiving"]
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn user(telephony: Telephony) -> UserContent {
        UserContent {
            display_name: "Desk".into(),
            telephony,
            line_server_uri: String::new(),
            dial_plan: String::new(),
            voice_policy: String::new(),
        }
    }

    #[test]
    fn every_field_that_a_mask_may_name_is_taken_over() {
        let new = Content::User(UserContent {
            display_name: "Other".into(),
            line_server_uri: "sip:rcc@pbx.example".into(),
            dial_plan: "Uppsala".into(),
            voice_policy: "National".into(),
            ..user(Telephony::RemoteCallControl)
        });
        let mut own = Content::User(user(Telephony::PcToPc));
        own.apply(&new, &mutable(Kind::User).iter().map(|field| (*field).to_owned()).collect::<Vec<_>>());
        assert_eq!(own, new);
        let customer = |name: &str, allowed, federation, domains, archiving| {
            let federated_domains = domains;
            Content::Customer(CustomerContent {
                display_name: name.into(),
                allowed,
                federation,
                federated_domains,
                archiving,
            })
        };
        let listed = Federation::ListedDomains;
        let new = customer("B", vec![Telephony::PcToPc], listed, vec!["a.example".into()], Archiving::All);
        let mut own = customer("A", vec![], Federation::Open, vec![], Archiving::None);
        own.apply(&new, &mutable(Kind::Customer).iter().map(|field| (*field).to_owned()).collect::<Vec<_>>());
        assert_eq!(own, new);
        for (content, kind) in [(Content::User(user(Telephony::PcToPc)), Kind::User), (new, Kind::Customer)] {
            assert!(mutable(kind).iter().all(|field| content.view().get(field).is_some()));
        }
    }
}
