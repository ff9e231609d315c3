//! What differs between two states of a template, field by field.

use serde_json::Value;

use super::template::Content;

/// A field that differs; a value is absent where the field was left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Field name, or `settings.{key}`.
    pub field: String,
    pub from: Option<Value>,
    pub to: Option<Value>,
}

/// Every difference, in the order of the message and then of the keys.
pub fn differences(from: &Content, to: &Content) -> Vec<Difference> {
    let (before, after) = (from.stated(), to.stated());
    let mut fields: Vec<&String> = before.iter().chain(&after).map(|(field, _)| field).collect();
    let mut seen = std::collections::HashSet::new();
    fields.retain(|field| seen.insert(field.as_str()));
    let value =
        |of: &[(String, Value)], field: &str| of.iter().find(|(known, _)| known == field).map(|(_, v)| v.clone());
    let all = fields.into_iter().map(|field| Difference {
        from: value(&before, field),
        to: value(&after, field),
        field: field.clone(),
    });
    let mut different: Vec<_> = all.filter(|field| field.from != field.to).collect();
    // What only one side states comes after what the other does: put it where it belongs.
    different.sort_by_cached_key(|difference| (place(&difference.field), difference.field.clone()));
    different
}

/// Where a field stands in the message; settings come last.
fn place(field: &str) -> usize {
    super::template::MUTABLE.iter().position(|known| *known == field).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::template::{Authentication, tests::content};

    #[test]
    fn fields_and_settings_that_differ_are_told_in_order() {
        let mut from = content();
        from.settings.insert("voicemail".into(), json!(true));
        from.settings.insert("gone".into(), json!(1));
        let mut to = Content { region_code: "NO".into(), ..from.clone() };
        to.authentication = Some(Authentication::PartnerSaml { entity_id: "urn:idp".into() });
        to.settings.remove("gone");
        to.settings.insert("voicemail".into(), json!(false));
        to.settings.insert("added".into(), json!("x"));
        let told = differences(&from, &to);
        let told: Vec<_> = told.iter().map(|d| (d.field.as_str(), d.from.clone(), d.to.clone())).collect();
        assert_eq!(
            told,
            [
                ("region_code", Some(json!("SE")), Some(json!("NO"))),
                ("authentication_method", None, Some(json!("AUTHENTICATION_METHOD_PARTNER_SAML"))),
                ("identity_provider_entity_id", None, Some(json!("urn:idp"))),
                ("settings.added", None, Some(json!("x"))),
                ("settings.gone", Some(json!(1)), None),
                ("settings.voicemail", Some(json!(true)), Some(json!(false))),
            ]
        );
        assert_eq!(differences(&to, &to), []);
    }
}
