//! The rules that the protos declare for their fields, as violations name them.

use std::collections::BTreeSet;

use dialtone_messages::{Locale, rule};
use dialtone_proto::DESCRIPTOR_POOL;
use prost_reflect::DynamicMessage;

/// Every rule in use: `STRING_MAX_LEN`.
fn declared() -> BTreeSet<String> {
    let extension = DESCRIPTOR_POOL.get_extension_by_name("buf.validate.field").expect("buf.validate.field");
    let ours = DESCRIPTOR_POOL.all_messages().filter(|message| message.full_name().starts_with("dialtone."));
    let mut found = BTreeSet::new();
    for field in ours.flat_map(|message| message.fields().collect::<Vec<_>>()) {
        if let Some(rules) = field.options().get_extension(&extension).as_message() {
            collect(rules, &mut found);
        }
    }
    found
}

fn collect(rules: &DynamicMessage, found: &mut BTreeSet<String>) {
    for (kind, value) in rules.fields() {
        match (kind.name(), value.as_message()) {
            ("required", _) => {
                found.insert("REQUIRED".to_owned());
            }
            (kind, Some(typed)) => {
                for (rule, value) in typed.fields() {
                    match (rule.name(), value.as_message()) {
                        ("items", Some(items)) => collect(items, found),
                        (rule, _) => {
                            found.insert(format!("{kind}_{rule}").to_uppercase());
                        }
                    }
                }
            }
            (_, None) => {}
        }
    }
}

#[test]
fn every_rule_of_a_field_has_a_text_of_its_own_in_every_language() {
    let declared = declared();
    assert!(declared.contains("STRING_EMAIL") && declared.contains("REPEATED_MAX_ITEMS"), "{declared:?}");
    for locale in Locale::ALL {
        let general = rule(locale, "NO_SUCH_RULE");
        assert!(!general.is_empty());
        for name in declared.iter().map(String::as_str).chain(["ONEOF_REQUIRED", "FIELD_MASK_KNOWN", "MORE"]) {
            assert_ne!(rule(locale, name), general, "{locale}: {name}");
        }
    }
}
