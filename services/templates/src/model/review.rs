//! What a submit would fix: every value with its origin, and what to think about first.

use super::template::{Authentication, Settings};

/// A setting's effective value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Value {
    pub field: &'static str,
    pub value: String,
    /// True where the template leaves it to the product.
    pub defaulted: bool,
}

/// Something to think about; none of it prevents a submit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Warning {
    PstnVendorUnconfirmed,
    InvitesSuppressed,
}

impl Warning {
    /// The field it is about.
    pub fn field(self) -> &'static str {
        match self {
            Self::PstnVendorUnconfirmed => "pstn_vendor",
            Self::InvitesSuppressed => "suppress_administrator_invites",
        }
    }

    /// Its stable reason.
    pub fn reason(self) -> &'static str {
        match self {
            Self::PstnVendorUnconfirmed => "PSTN_VENDOR_UNCONFIRMED",
            Self::InvitesSuppressed => "INVITES_SUPPRESSED",
        }
    }

    /// The same in words, with what to do.
    pub fn description(self) -> &'static str {
        match self {
            Self::PstnVendorUnconfirmed => {
                "the vendor has to confirm that it serves this partner; until then numbers cannot be ordered from it"
            }
            Self::InvitesSuppressed => {
                "the customers' administrators get no invitation: tell them yourself how to sign in"
            }
        }
    }
}

/// Every setting in the order of the message.
pub fn effective(settings: &Settings) -> Vec<Value> {
    let (method, entity_id) = match &settings.authentication {
        None | Some(Authentication::Webex) => ("WEBEX", ""),
        Some(Authentication::PartnerSaml { entity_id }) => ("PARTNER_SAML", entity_id.as_str()),
        Some(Authentication::PartnerOidc { entity_id }) => ("PARTNER_OIDC", entity_id.as_str()),
    };
    let language = if settings.mail_language.is_empty() { "en" } else { &settings.mail_language };
    let given = |field, value: &str| Value { field, value: value.to_owned(), defaulted: false };
    vec![
        given("display_name", &settings.display_name),
        given("administrator_email", &settings.administrator_email),
        given("region_code", &settings.region_code),
        Value { defaulted: settings.mail_language.is_empty(), ..given("mail_language", language) },
        Value { defaulted: settings.authentication.is_none(), ..given("authentication_method", method) },
        given("identity_provider_entity_id", entity_id),
        given("pstn_vendor", &settings.pstn_vendor),
        given("suppress_administrator_invites", &settings.suppress_administrator_invites.to_string()),
    ]
}

/// What to think about before submitting.
pub fn warnings(settings: &Settings) -> Vec<Warning> {
    let mut warnings = Vec::new();
    if !settings.pstn_vendor.is_empty() {
        warnings.push(Warning::PstnVendorUnconfirmed);
    }
    if settings.suppress_administrator_invites {
        warnings.push(Warning::InvitesSuppressed);
    }
    warnings
}

/// The fields whose effective value differs from `submitted`; all of them where nothing was submitted.
pub fn changed(settings: &Settings, submitted: Option<&Settings>) -> Vec<&'static str> {
    let now = effective(settings);
    let Some(submitted) = submitted else {
        return now.into_iter().map(|value| value.field).collect();
    };
    let before = effective(submitted);
    now.into_iter().zip(before).filter(|(now, before)| now.value != before.value).map(|(now, _)| now.field).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        Settings {
            display_name: "Small offices".into(),
            administrator_email: "noc@partner.example".into(),
            region_code: "SE".into(),
            mail_language: String::new(),
            authentication: None,
            pstn_vendor: String::new(),
            suppress_administrator_invites: false,
        }
    }

    #[test]
    fn what_is_left_out_has_the_products_default_and_says_so() {
        let values = effective(&settings());
        let defaulted: Vec<_> = values.iter().filter(|v| v.defaulted).map(|v| (v.field, v.value.as_str())).collect();
        assert_eq!(defaulted, [("mail_language", "en"), ("authentication_method", "WEBEX")]);
    }

    #[test]
    fn saying_the_default_aloud_changes_nothing() {
        let aloud = Settings { mail_language: "en".into(), authentication: Some(Authentication::Webex), ..settings() };
        assert!(changed(&aloud, Some(&settings())).is_empty());
        let other = Settings { mail_language: "sv".into(), ..settings() };
        assert_eq!(changed(&other, Some(&settings())), ["mail_language"]);
        assert_eq!(changed(&other, None).len(), 8);
    }
}
