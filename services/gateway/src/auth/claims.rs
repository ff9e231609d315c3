//! From the claims of an OIDC token to a caller.

use dialtone_authz::Caller;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::config::OidcConfig;

/// The claims of a verified token.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Claims {
    pub(super) sub: String,
    pub(super) exp: f64,
    #[serde(flatten)]
    rest: Map<String, Value>,
}

impl Claims {
    /// The caller; none if the token names nobody.
    pub(super) fn caller(&self, config: &OidcConfig) -> Option<Caller> {
        if self.sub.is_empty() {
            return None;
        }
        let subject = format!("{}{}", config.subject_prefix, self.sub);
        Some(if self.has_role(&config.roles_claim, &config.platform_role) {
            Caller::platform(subject)
        } else {
            Caller::person(subject)
        })
    }

    /// Roles come as a list, or as words in one text, as scopes do.
    fn has_role(&self, claim: &str, role: &str) -> bool {
        match self.rest.get(claim) {
            Some(Value::Array(roles)) => roles.iter().any(|r| r == role),
            Some(Value::String(roles)) => roles.split(' ').any(|r| r == role),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dialtone_authz::CallerKind;
    use serde_json::json;

    fn config() -> OidcConfig {
        let text = r#"issuer = "http://i"
            audience = "a"
            subject_prefix = "x|""#;
        toml::from_str(text).expect("well-formed")
    }

    fn kind(claims: Value) -> Option<(String, CallerKind)> {
        let claims: Claims = serde_json::from_value(claims).expect("well-formed");
        claims.caller(&config()).map(|c| (c.subject, c.kind))
    }

    #[test]
    fn only_the_configured_role_makes_a_platform() {
        let platform = Some(("x|s".to_owned(), CallerKind::Platform));
        let person = Some(("x|s".to_owned(), CallerKind::Person));
        for (roles, expected) in [
            (json!(["a", "platform"]), &platform),
            (json!("a platform"), &platform),
            (json!(["a"]), &person),
            (json!("platforms"), &person),
            (json!({"platform": true}), &person),
            (json!(null), &person),
        ] {
            assert_eq!(&kind(json!({"sub": "s", "exp": 1, "dialtone_roles": roles})), expected);
        }
        assert_eq!(&kind(json!({"sub": "s", "exp": 1.5, "roles": ["platform"]})), &person);
    }

    #[test]
    fn an_empty_subject_is_nobody() {
        assert_eq!(kind(json!({"sub": "", "exp": 1})), None);
    }
}
