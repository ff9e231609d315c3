//! The entity id of an identity provider: what SAML and OpenID Connect let it be.

use dialtone_proto::templates::v1::AuthenticationMethod;
use dialtone_status::Violation;
use url::Url;

const FIELD: &str = "template.identity_provider_entity_id";

/// What is wrong with the entity id under this method.
pub(super) fn violation(method: AuthenticationMethod, entity_id: &str) -> Option<Violation> {
    let (rule, description) = match (method, entity_id) {
        (AuthenticationMethod::Unspecified | AuthenticationMethod::Webex, "") => return None,
        (AuthenticationMethod::Unspecified | AuthenticationMethod::Webex, _) => {
            ("entity_id.refused", "belongs to PARTNER_SAML and PARTNER_OIDC; leave it out with WEBEX")
        }
        (_, "") => ("entity_id.required", "is required with PARTNER_SAML and PARTNER_OIDC"),
        (AuthenticationMethod::PartnerSaml, id) if is_entity(id) => return None,
        (AuthenticationMethod::PartnerSaml, _) => (
            "entity_id.uri",
            "is no URI: copy the entityID from the provider's metadata, such as https://idp.example.com/saml",
        ),
        (AuthenticationMethod::PartnerOidc, id) if is_issuer(id) => return None,
        (AuthenticationMethod::PartnerOidc, _) => (
            "entity_id.issuer",
            "is no issuer: give its https URL without query and fragment, such as https://idp.example.com",
        ),
    };
    Some(Violation { field: FIELD.to_owned(), rule, description: description.to_owned() })
}

/// SAML 2.0 core, 8.3.6: a URI. Those in use are URLs and URNs.
fn is_entity(id: &str) -> bool {
    let urn = |url: &Url| url.scheme() == "urn" && url.path().split(':').filter(|part| !part.is_empty()).count() >= 2;
    parsed(id).is_some_and(|url| is_web(&url) || urn(&url))
}

/// OpenID Connect Discovery 1.0, 3: an https URL without query and fragment.
fn is_issuer(id: &str) -> bool {
    let plain = |url: &Url| url.scheme() == "https" && url.query().is_none() && url.fragment().is_none();
    parsed(id).is_some_and(|url| is_web(&url) && plain(&url))
}

/// The parser mends what is not a URL, such as blanks and backslashes; an id is compared as text, so nothing is mended here.
fn parsed(id: &str) -> Option<Url> {
    let plain = id.bytes().all(|byte| byte.is_ascii_graphic() && !b"\\\"<>^`{|}".contains(&byte));
    Url::parse(id).ok().filter(|_| plain)
}

fn is_web(url: &Url) -> bool {
    let alone = url.username().is_empty() && url.password().is_none();
    matches!(url.scheme(), "http" | "https") && url.has_host() && alone
}

#[cfg(test)]
mod tests {
    use AuthenticationMethod::{PartnerOidc, PartnerSaml, Unspecified, Webex};

    use super::*;

    fn rule(method: AuthenticationMethod, id: &str) -> Option<&'static str> {
        violation(method, id).map(|violation| violation.rule)
    }

    #[test]
    fn each_method_takes_its_own_ids() {
        for (method, id) in [
            (Webex, ""),
            (Unspecified, ""),
            (PartnerSaml, "https://idp.example.com/saml?tenant=1"),
            (PartnerSaml, "http://www.okta.com/exk1"),
            (PartnerSaml, "urn:federation:idp"),
            (PartnerOidc, "https://login.example.com/7/v2.0"),
        ] {
            assert_eq!(rule(method, id), None, "{id}");
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        for id in [
            "idp",
            "https://",
            "https://a b",
            "urn:x",
            "ftp://a.example",
            "https://u:p@a.example",
            "https://\u{202e}a",
            "javascript:x",
            "https://a.example\0",
        ] {
            assert_eq!(rule(PartnerSaml, id), Some("entity_id.uri"), "{id}");
        }
        for id in ["http://a.example", "https://a.example?x=1", "https://a.example#x", "urn:a:b"] {
            assert_eq!(rule(PartnerOidc, id), Some("entity_id.issuer"), "{id}");
        }
        assert_eq!(rule(PartnerOidc, ""), Some("entity_id.required"));
        assert_eq!(rule(Webex, "https://a.example"), Some("entity_id.refused"));
    }
}
