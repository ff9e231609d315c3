//! A template and its life: draft, submitted, submitted with edits; archived; deleted.

use chrono::{DateTime, Utc};
use dialtone_ids::{SubscriptionId, TemplateName};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::setting::{self, Values};

/// What a partner decides once for many customers. Empty texts are left to the product's defaults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub display_name: String,
    pub administrator_email: String,
    pub region_code: String,
    pub mail_language: String,
    pub authentication: Option<Authentication>,
    pub pstn_vendor: String,
    pub suppress_administrator_invites: bool,
    /// The partner's subscription under which the customers are made.
    #[serde(default)]
    pub wholesale_subscription: Option<SubscriptionId>,
    /// What it sets of the schema of settings.
    #[serde(default)]
    pub settings: Values,
}

/// How the customers' people sign in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Authentication {
    Webex,
    PartnerSaml { entity_id: String },
    PartnerOidc { entity_id: String },
}

/// A template as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    pub name: TemplateName,
    pub content: Content,
    /// Given at the first submit.
    pub provisioning_id: Option<String>,
    /// Number of the newest revision; 0 for none.
    pub revision: i32,
    /// Version that was submitted last.
    pub submitted_version: Option<i64>,
    /// When it was archived.
    pub archived: Option<DateTime<Utc>>,
    /// When it was deleted, and until when that can be taken back.
    pub deleted: Option<Deletion>,
    pub version: i64,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
}

/// A deletion that can be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deletion {
    pub at: DateTime<Utc>,
    /// Until when it can be taken back.
    pub purge: DateTime<Utc>,
}

/// Where a template stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Draft,
    Submitted,
    SubmittedWithEdits,
    Archived,
    Deleted,
}

impl Template {
    /// Where it stands. What is deleted is nothing else, and an archived template is archived whatever was submitted of it.
    pub fn state(&self) -> State {
        match self.submitted_version {
            _ if self.deleted.is_some() => State::Deleted,
            _ if self.archived.is_some() => State::Archived,
            None => State::Draft,
            Some(submitted) if submitted == self.version => State::Submitted,
            Some(_) => State::SubmittedWithEdits,
        }
    }

    /// The next revision's number; none when there is nothing new.
    pub fn next_revision(&self) -> Option<i32> {
        (self.submitted_version != Some(self.version)).then(|| self.revision + 1)
    }

    /// What `submitted_version` becomes when the version moves on without an edit, by archiving or deleting.
    pub fn submitted_at_next_version(&self) -> Option<i64> {
        self.submitted_version.map(|submitted| if submitted == self.version { submitted + 1 } else { submitted })
    }

    /// The template as history and events tell it, fields named as in its proto message.
    pub fn view(&self) -> Value {
        let mut view = self.content.view();
        view["name"] = json!(self.name);
        view["provisioning_id"] = json!(self.provisioning_id);
        view["revision"] = json!(self.revision);
        view["archive_time"] = json!(self.archived);
        view["delete_time"] = json!(self.deleted.map(|deletion| deletion.at));
        view
    }
}

/// The fields that a mask may name, in the order of the message; settings also one by one.
pub const MUTABLE: [&str; 10] = [
    "display_name",
    "administrator_email",
    "region_code",
    "mail_language",
    "authentication_method",
    "identity_provider_entity_id",
    "pstn_vendor",
    "suppress_administrator_invites",
    "wholesale_subscription",
    SETTINGS,
];

/// The field of the settings.
pub const SETTINGS: &str = "settings";

/// The fields a mask can name, and how each is taken over from `new`.
pub fn apply(content: &mut Content, new: &Content, mask: &[String]) {
    for path in mask {
        match path.as_str() {
            "display_name" => content.display_name.clone_from(&new.display_name),
            "administrator_email" => content.administrator_email.clone_from(&new.administrator_email),
            "region_code" => content.region_code.clone_from(&new.region_code),
            "mail_language" => content.mail_language.clone_from(&new.mail_language),
            // The method and its entity id are one decision: half of it would be no valid template.
            "authentication_method" | "identity_provider_entity_id" => {
                content.authentication.clone_from(&new.authentication);
            }
            "pstn_vendor" => content.pstn_vendor.clone_from(&new.pstn_vendor),
            "suppress_administrator_invites" => {
                content.suppress_administrator_invites = new.suppress_administrator_invites;
            }
            "wholesale_subscription" => content.wholesale_subscription = new.wholesale_subscription,
            _ => {}
        }
    }
    setting::apply(&mut content.settings, &new.settings, mask, SETTINGS);
}

impl Content {
    /// The method as its proto enum names it, and the entity id.
    fn authentication(&self) -> (&'static str, &str) {
        match &self.authentication {
            None => ("AUTHENTICATION_METHOD_UNSPECIFIED", ""),
            Some(Authentication::Webex) => ("AUTHENTICATION_METHOD_WEBEX", ""),
            Some(Authentication::PartnerSaml { entity_id }) => ("AUTHENTICATION_METHOD_PARTNER_SAML", entity_id),
            Some(Authentication::PartnerOidc { entity_id }) => ("AUTHENTICATION_METHOD_PARTNER_OIDC", entity_id),
        }
    }

    /// What it says, fields named as in the proto message.
    fn view(&self) -> Value {
        let (method, entity_id) = self.authentication();
        json!({
            "display_name": self.display_name,
            "administrator_email": self.administrator_email,
            "region_code": self.region_code,
            "mail_language": self.mail_language,
            "authentication_method": method,
            "identity_provider_entity_id": entity_id,
            "pstn_vendor": self.pstn_vendor,
            "suppress_administrator_invites": self.suppress_administrator_invites,
            "wholesale_subscription": self.wholesale_subscription,
            "settings": self.settings,
        })
    }

    /// What it states, by field and then by `settings.{key}`; what it leaves out is not there.
    pub fn stated(&self) -> Vec<(String, Value)> {
        let mut view = self.view();
        let empty = [json!(""), Value::Null, json!("AUTHENTICATION_METHOD_UNSPECIFIED")];
        let fields = MUTABLE.into_iter().filter(|field| *field != SETTINGS);
        let mut stated: Vec<_> = fields.map(|field| (field.to_owned(), view[field].take())).collect();
        stated.retain(|(_, value)| !empty.contains(value));
        stated.extend(self.settings.iter().map(|(key, value)| (format!("{SETTINGS}.{key}"), value.clone())));
        stated
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn content() -> Content {
        Content {
            display_name: "Small offices".into(),
            administrator_email: "noc@partner.example".into(),
            region_code: "SE".into(),
            mail_language: String::new(),
            authentication: None,
            pstn_vendor: String::new(),
            suppress_administrator_invites: false,
            wholesale_subscription: None,
            settings: Values::new(),
        }
    }

    #[test]
    fn every_field_that_a_mask_may_name_is_taken_over() {
        let new = Content {
            display_name: "Large".into(),
            administrator_email: "other@partner.example".into(),
            region_code: "NO".into(),
            mail_language: "sv".into(),
            authentication: Some(Authentication::PartnerOidc { entity_id: "https://idp.example".into() }),
            pstn_vendor: "Carrier".into(),
            suppress_administrator_invites: true,
            wholesale_subscription: Some(SubscriptionId::new()),
            settings: Values::from([("voicemail".to_owned(), json!(false))]),
        };
        let mut changed = content();
        apply(&mut changed, &new, &MUTABLE.map(str::to_owned));
        assert_eq!(changed, new);
        let view = new.view();
        assert!(MUTABLE.iter().all(|field| view.get(field).is_some()), "{view}");
    }
}
