//! From messages to the model, with the rules that a proto cannot say.

use dialtone_proto::templates::v1 as wire;
use dialtone_status::Violation;

use crate::model::package::Audience;
use crate::model::template::{Authentication, MUTABLE, Settings};

/// The rules between a template's fields, for the fields that are looked at.
pub(super) fn template_violations(
    template: Option<&wire::Template>,
    looked_at: impl Fn(&str) -> bool,
) -> Vec<Violation> {
    let mut violations = Vec::new();
    let Some(template) = template else { return violations };
    let known = rust_iso3166::from_alpha2(&template.region_code).is_some();
    if looked_at("region_code") && template.region_code.len() == 2 && !known {
        violations.push(violation(
            "template.region_code",
            "region",
            "is no country or region of ISO 3166-1; use a code such as SE or BR",
        ));
    }
    let partners = matches!(
        template.authentication_method(),
        wire::AuthenticationMethod::PartnerSaml | wire::AuthenticationMethod::PartnerOidc
    );
    let given = !template.identity_provider_entity_id.is_empty();
    if looked_at("authentication_method") || looked_at("identity_provider_entity_id") {
        if partners && !given {
            violations.push(violation(
                "template.identity_provider_entity_id",
                "entity_id.required",
                "is required with PARTNER_SAML and PARTNER_OIDC",
            ));
        }
        if !partners && given {
            violations.push(violation(
                "template.identity_provider_entity_id",
                "entity_id.refused",
                "belongs to PARTNER_SAML and PARTNER_OIDC; leave it out with WEBEX",
            ));
        }
    }
    violations
}

/// A mask may name what can change; `name` and `etag` say which template, and every other field is the server's.
pub(super) fn mask_violations(mask: &[String]) -> Vec<Violation> {
    let fixed = mask.iter().filter(|path| !MUTABLE.contains(&path.as_str()));
    fixed
        .map(|path| violation("update_mask", "mask", &format!("{path} cannot be changed; name some of {MUTABLE:?}")))
        .collect()
}

/// An update says which version it means.
pub(super) fn etag_violation(etag: &str) -> Option<Violation> {
    let missing = || violation("template.etag", "required", "is required: send back the etag of the template you read");
    etag.is_empty().then(missing)
}

fn violation(field: &str, rule: &'static str, description: &str) -> Violation {
    Violation { field: field.to_owned(), rule, description: description.to_owned() }
}

/// The settings of a valid message.
pub(super) fn settings(template: wire::Template) -> Settings {
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
    Settings {
        display_name: template.display_name,
        administrator_email: template.administrator_email,
        region_code: template.region_code,
        mail_language: template.mail_language,
        authentication,
        pstn_vendor: template.pstn_vendor,
        suppress_administrator_invites: template.suppress_administrator_invites,
    }
}

/// Whom packages are asked for; none for all.
pub(super) fn audience(audience: wire::PackageAudience) -> Option<Audience> {
    match audience {
        wire::PackageAudience::Unspecified => None,
        wire::PackageAudience::Customer => Some(Audience::Customers),
        wire::PackageAudience::User => Some(Audience::Users),
    }
}
