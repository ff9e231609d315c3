//! A template and its life: draft, submitted, submitted with edits.

use chrono::{DateTime, Utc};
use dialtone_ids::TemplateName;
use serde::{Deserialize, Serialize};

/// What a partner decides once for many customers. Empty texts are left to the product's defaults.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    pub display_name: String,
    pub administrator_email: String,
    pub region_code: String,
    pub mail_language: String,
    pub authentication: Option<Authentication>,
    pub pstn_vendor: String,
    pub suppress_administrator_invites: bool,
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
    pub settings: Settings,
    /// Given at the first submit.
    pub provisioning_id: Option<String>,
    /// Number of the newest revision; 0 for none.
    pub revision: i32,
    /// Version that was submitted last.
    pub submitted_version: Option<i64>,
    pub version: i64,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
}

/// A template as it was when submitted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    pub template: TemplateName,
    pub number: i32,
    pub settings: Settings,
    pub provisioning_id: String,
    pub actor: String,
    pub submitted: DateTime<Utc>,
}

/// Where a template stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Draft,
    Submitted,
    SubmittedWithEdits,
}

impl Template {
    /// Where it stands, by what was submitted of it.
    pub fn state(&self) -> State {
        match self.submitted_version {
            None => State::Draft,
            Some(submitted) if submitted == self.version => State::Submitted,
            Some(_) => State::SubmittedWithEdits,
        }
    }

    /// The next revision's number; none when there is nothing new.
    pub fn next_revision(&self) -> Option<i32> {
        (self.state() != State::Submitted).then(|| self.revision + 1)
    }
}

/// The fields a mask can name, and how each is taken over from `new`.
pub fn apply(settings: &mut Settings, new: Settings, mask: &[String]) {
    for path in mask {
        match path.as_str() {
            "display_name" => settings.display_name.clone_from(&new.display_name),
            "administrator_email" => settings.administrator_email.clone_from(&new.administrator_email),
            "region_code" => settings.region_code.clone_from(&new.region_code),
            "mail_language" => settings.mail_language.clone_from(&new.mail_language),
            // The method and its entity id are one decision: half of it would be no valid template.
            "authentication_method" | "identity_provider_entity_id" => {
                settings.authentication.clone_from(&new.authentication);
            }
            "pstn_vendor" => settings.pstn_vendor.clone_from(&new.pstn_vendor),
            "suppress_administrator_invites" => {
                settings.suppress_administrator_invites = new.suppress_administrator_invites;
            }
            _ => {}
        }
    }
}

/// The fields that a mask may name.
pub const MUTABLE: [&str; 8] = [
    "display_name",
    "administrator_email",
    "region_code",
    "mail_language",
    "authentication_method",
    "identity_provider_entity_id",
    "pstn_vendor",
    "suppress_administrator_invites",
];

impl Template {
    /// The template as history and events tell it, fields named as in its proto message.
    pub fn view(&self) -> serde_json::Value {
        let (method, entity_id) = match &self.settings.authentication {
            None => ("AUTHENTICATION_METHOD_UNSPECIFIED", ""),
            Some(Authentication::Webex) => ("AUTHENTICATION_METHOD_WEBEX", ""),
            Some(Authentication::PartnerSaml { entity_id }) => {
                ("AUTHENTICATION_METHOD_PARTNER_SAML", entity_id.as_str())
            }
            Some(Authentication::PartnerOidc { entity_id }) => {
                ("AUTHENTICATION_METHOD_PARTNER_OIDC", entity_id.as_str())
            }
        };
        serde_json::json!({
            "name": self.name,
            "display_name": self.settings.display_name,
            "administrator_email": self.settings.administrator_email,
            "region_code": self.settings.region_code,
            "mail_language": self.settings.mail_language,
            "authentication_method": method,
            "identity_provider_entity_id": entity_id,
            "pstn_vendor": self.settings.pstn_vendor,
            "suppress_administrator_invites": self.settings.suppress_administrator_invites,
            "provisioning_id": self.provisioning_id,
            "revision": self.revision,
        })
    }
}
