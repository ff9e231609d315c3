//! From messages to the model, with the rules that a proto cannot say.

mod entity_id;
pub(super) mod plans;
pub(super) mod settings;

use dialtone_ids::SubscriptionId;
use dialtone_proto::templates::v1 as wire;
use dialtone_status::Violation;

use crate::model::package::Audience;
use crate::model::template::{Authentication, Content, MUTABLE, SETTINGS};

/// The rules between a template's fields, for the fields that are looked at.
pub(super) fn template_violations(
    template: Option<&wire::Template>,
    looked_at: impl Fn(&str) -> bool,
) -> Vec<Violation> {
    let mut violations = Vec::new();
    let Some(template) = template else { return violations };
    // What breaks a rule of the proto is told by that alone.
    let broken = dialtone_proto::violations(template);
    let sound = |field: &str| looked_at(field) && !broken.iter().any(|violation| violation.field == field);
    if sound("region_code") && rust_iso3166::from_alpha2(&template.region_code).is_none() {
        violations.push(violation(
            "template.region_code",
            "region",
            "is no country or region of ISO 3166-1; use a code such as SE or BR",
        ));
    }
    // The two change together, so the id counts even where the mask names the method alone.
    let id = "identity_provider_entity_id";
    match broken.iter().find(|violation| violation.field == id) {
        Some(_) if looked_at(id) => {}
        Some(broken) if looked_at("authentication_method") => {
            violations.push(violation(&format!("template.{id}"), broken.rule, &broken.description));
        }
        None if looked_at(id) || looked_at("authentication_method") => {
            violations
                .extend(entity_id::violation(template.authentication_method(), &template.identity_provider_entity_id));
        }
        Some(_) | None => {}
    }
    let subscription = &template.wholesale_subscription;
    if sound("wholesale_subscription")
        && !subscription.is_empty()
        && let Err(bad) = SubscriptionId::parse(subscription)
    {
        violations.push(violation("template.wholesale_subscription", "resource_name", &bad.to_string()));
    }
    violations
}

/// A mask may name what can change; `name` and `etag` say which template, and every other field is the server's.
pub(super) fn mask_violations(mask: &[String]) -> Vec<Violation> {
    let setting = |path: &str| path.strip_prefix(SETTINGS).is_some_and(|rest| rest.starts_with('.'));
    let fixed = mask.iter().filter(|path| !MUTABLE.contains(&path.as_str()) && !setting(path));
    fixed
        .map(|path| violation("update_mask", "mask", &format!("{path} cannot be changed; name some of {MUTABLE:?}")))
        .collect()
}

/// An update says which version it means.
pub(super) fn etag_violation(field: &str, etag: &str) -> Option<Violation> {
    let missing = || violation(field, "required", "is required: send back the etag that you read");
    etag.is_empty().then(missing)
}

fn violation(field: &str, rule: &'static str, description: &str) -> Violation {
    Violation { field: field.to_owned(), rule, description: description.to_owned() }
}

/// The content of a valid message.
pub(super) fn content(template: wire::Template) -> Content {
    let authentication = match template.authentication_method() {
        wire::AuthenticationMethod::Unspecified => None,
        wire::AuthenticationMethod::Webex => Some(Authentication::Webex),
        wire::AuthenticationMethod::PartnerSaml => {
            Some(Authentication::PartnerSaml { entity_id: template.identity_provider_entity_id })
        }
        wire::AuthenticationMethod::PartnerOidc => {
            Some(Authentication::PartnerOidc { entity_id: template.identity_provider_entity_id })
        }
    };
    Content {
        display_name: template.display_name,
        administrator_email: template.administrator_email,
        region_code: template.region_code,
        mail_language: template.mail_language,
        authentication,
        pstn_vendor: template.pstn_vendor,
        suppress_administrator_invites: template.suppress_administrator_invites,
        wholesale_subscription: SubscriptionId::parse(&template.wholesale_subscription).ok(),
        settings: settings::values(template.settings),
    }
}

/// Whom packages are asked for; none for all.
pub(super) fn audience(audience: wire::PackageAudience) -> Option<Audience> {
    match audience {
        wire::PackageAudience::Unspecified => None,
        wire::PackageAudience::Customer => Some(Audience::Customer),
        wire::PackageAudience::User => Some(Audience::User),
    }
}
