//! What a submit would fix: every value with its origin, and what to think about first.

use serde_json::Value as Json;

use super::setting::{Definitions, Effective, Level, effective as in_effect, out_of_date};
use super::template::{Authentication, Content};

/// The effective value of a field or of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    /// Field name, or `settings.{key}`.
    pub field: String,
    pub value: String,
    /// True where the template leaves it to the product.
    pub defaulted: bool,
}

/// Something to think about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    PstnVendorUnconfirmed,
    InvitesSuppressed,
    SubscriptionMissing,
    /// Customers of earlier revisions sign in as before.
    AuthenticationChanged,
    /// The value of this key no longer fits the schema.
    SettingOutOfDate(String),
}

impl Warning {
    /// The field it is about.
    pub fn field(&self) -> String {
        match self {
            Self::PstnVendorUnconfirmed => "pstn_vendor".to_owned(),
            Self::InvitesSuppressed => "suppress_administrator_invites".to_owned(),
            Self::SubscriptionMissing => "wholesale_subscription".to_owned(),
            Self::AuthenticationChanged => "authentication_method".to_owned(),
            Self::SettingOutOfDate(key) => format!("settings.{key}"),
        }
    }

    /// Its stable reason.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::PstnVendorUnconfirmed => "PSTN_VENDOR_UNCONFIRMED",
            Self::InvitesSuppressed => "INVITES_SUPPRESSED",
            Self::SubscriptionMissing => "SUBSCRIPTION_MISSING",
            Self::AuthenticationChanged => "AUTHENTICATION_CHANGED",
            Self::SettingOutOfDate(_) => "SETTING_OUT_OF_DATE",
        }
    }

    /// The same in words, with what to do.
    pub fn description(&self) -> &'static str {
        match self {
            Self::PstnVendorUnconfirmed => {
                "the vendor has to confirm that it serves this partner; until then numbers cannot be ordered from it"
            }
            Self::InvitesSuppressed => {
                "the customers' administrators get no invitation: tell them yourself how to sign in"
            }
            Self::SubscriptionMissing => {
                "no wholesale subscription is named: name the one under which the customers are made"
            }
            Self::AuthenticationChanged => {
                "the new method applies to new customers only: those made with earlier revisions keep the old one"
            }
            Self::SettingOutOfDate(_) => "the value no longer fits the schema: give another one or remove it",
        }
    }
}

/// Every field in the order of the message, then every setting of the schema.
pub fn effective(content: &Content, definitions: &Definitions) -> Vec<Value> {
    let mut values = fields(content);
    let settings = in_effect(definitions, &[(Level::Template, &content.settings)]);
    values.extend(settings.into_iter().map(of_setting));
    values
}

fn of_setting(setting: Effective) -> Value {
    let value = match setting.value {
        Json::String(text) => text,
        other => other.to_string(),
    };
    Value { field: format!("settings.{}", setting.key), value, defaulted: setting.level == Level::Default }
}

fn fields(content: &Content) -> Vec<Value> {
    let (method, entity_id) = match &content.authentication {
        None | Some(Authentication::Webex) => ("WEBEX", ""),
        Some(Authentication::PartnerSaml { entity_id }) => ("PARTNER_SAML", entity_id.as_str()),
        Some(Authentication::PartnerOidc { entity_id }) => ("PARTNER_OIDC", entity_id.as_str()),
    };
    let language = if content.mail_language.is_empty() { "en" } else { &content.mail_language };
    let subscription = content.wholesale_subscription.map(|name| name.to_string()).unwrap_or_default();
    let given = |field: &str, value: &str| Value { field: field.to_owned(), value: value.to_owned(), defaulted: false };
    vec![
        given("display_name", &content.display_name),
        given("administrator_email", &content.administrator_email),
        given("region_code", &content.region_code),
        Value { defaulted: content.mail_language.is_empty(), ..given("mail_language", language) },
        Value { defaulted: content.authentication.is_none(), ..given("authentication_method", method) },
        given("identity_provider_entity_id", entity_id),
        given("pstn_vendor", &content.pstn_vendor),
        given("suppress_administrator_invites", &content.suppress_administrator_invites.to_string()),
        given("wholesale_subscription", &subscription),
    ]
}

/// What to think about before submitting over what is in force, if anything is.
pub fn warnings(content: &Content, in_force: Option<&Content>, definitions: &Definitions) -> Vec<Warning> {
    let signs_in = |content: &Content| content.authentication.clone().unwrap_or(Authentication::Webex);
    let changed = in_force.is_some_and(|in_force| signs_in(in_force) != signs_in(content));
    let found = [
        (!content.pstn_vendor.is_empty(), Warning::PstnVendorUnconfirmed),
        (content.suppress_administrator_invites, Warning::InvitesSuppressed),
        (content.wholesale_subscription.is_none(), Warning::SubscriptionMissing),
        (changed, Warning::AuthenticationChanged),
    ];
    let mut warnings: Vec<_> = found.into_iter().filter(|(holds, _)| *holds).map(|(_, warning)| warning).collect();
    let stale = out_of_date(definitions, Level::Template, &content.settings);
    warnings.extend(stale.into_iter().map(Warning::SettingOutOfDate));
    warnings
}

/// The fields and settings whose effective value differs from what is in force; all of them where nothing is.
pub fn changed(content: &Content, in_force: Option<&Content>, definitions: &Definitions) -> Vec<String> {
    let now = effective(content, definitions);
    let Some(in_force) = in_force else {
        return now.into_iter().map(|value| value.field).collect();
    };
    let before = effective(in_force, definitions);
    now.into_iter().zip(before).filter(|(now, before)| now.value != before.value).map(|(now, _)| now.field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::template::tests::content;

    fn none() -> Definitions {
        Definitions::new(Vec::new())
    }

    #[test]
    fn what_is_left_out_has_the_products_default_and_says_so() {
        let values = effective(&content(), &none());
        let defaulted: Vec<_> =
            values.iter().filter(|v| v.defaulted).map(|v| (v.field.as_str(), v.value.as_str())).collect();
        assert_eq!(defaulted, [("mail_language", "en"), ("authentication_method", "WEBEX")]);
    }

    #[test]
    fn saying_the_default_aloud_changes_nothing() {
        let aloud = Content { mail_language: "en".into(), authentication: Some(Authentication::Webex), ..content() };
        assert!(changed(&aloud, Some(&content()), &none()).is_empty());
        assert!(!warnings(&aloud, Some(&content()), &none()).contains(&Warning::AuthenticationChanged));
        let other = Content { mail_language: "sv".into(), ..content() };
        assert_eq!(changed(&other, Some(&content()), &none()), ["mail_language"]);
        assert_eq!(changed(&other, None, &none()).len(), 9);
    }
}
