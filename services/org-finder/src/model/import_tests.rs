//! Lines, good and bad.

use super::*;

fn good(text: &str) -> Entry {
    parse(1, text.as_bytes()).unwrap_or_else(|issues| panic!("{issues:?}"))
}

/// Field and rule of each issue.
fn bad(text: &str) -> Vec<(String, &'static str)> {
    let issues = parse(7, text.as_bytes()).expect_err("the line is bad");
    assert!(issues.iter().all(|issue| issue.line == 7 && !issue.description.is_empty()));
    issues.into_iter().map(|issue| (issue.field, issue.rule)).collect()
}

#[test]
fn a_full_line_is_read() {
    let entry = good(
        r#"{"name": " Aurora Voice AB ", "domains": ["Aurora.example", "mail.aurora.example."], "country": "SE",
            "region": "Skåne", "vertical": "J", "roles": ["PARTNER"], "verified_domains": ["aurora.example"]}"#,
    );
    let domain = |domain: &str, state| Domain { domain: domain.to_owned(), state };
    assert_eq!(entry.profile.display_name, "Aurora Voice AB");
    assert_eq!(entry.normalized_name, "aurora voice ab");
    assert_eq!(entry.profile.vertical, Some(Vertical::Isic('J')));
    assert_eq!(entry.profile.roles, Roles { partner: true, customer: false });
    assert_eq!(entry.subdivision.as_deref(), Some("Skåne"));
    let expected = [domain("aurora.example", State::Verified), domain("mail.aurora.example", State::Unverified)];
    assert_eq!(entry.domains, expected);
}

#[test]
fn a_short_line_makes_a_customer_with_nothing_verified() {
    let entry = good(r#"{"name": "Uda", "domains": ["uda.ad"], "country": "AD", "region": null}"#);
    assert_eq!(entry.profile.roles, Roles { partner: false, customer: true });
    assert_eq!(entry.domains[0].state, State::Unverified);
    assert_eq!((entry.profile.vertical, entry.subdivision), (None, None));
}

#[test]
fn everything_wrong_is_said_at_once() {
    let line = r#"{"nmae": "x", "domains": ["gmail.com", "no domain", "co.uk"], "country": "XX", "roles": [],
        "vertical": "Z", "region": 3}"#;
    let mut issues = bad(line);
    issues.sort();
    let expected = [
        ("country", "country"),
        ("domains", "domain"),
        ("domains", "public_mail_domain"),
        ("domains", "public_suffix"),
        ("name", "required"),
        ("nmae", "unknown_key"),
        ("region", "type"),
        ("roles", "role"),
        ("vertical", "vertical"),
    ];
    assert_eq!(issues, expected.map(|(field, rule)| (field.to_owned(), rule)));
}

#[test]
fn lines_that_are_no_objects_are_refused_as_a_whole() {
    for (line, rule) in [("{", "not_json"), ("x", "not_json"), ("[]", "not_object"), ("{} {}", "not_json")] {
        assert_eq!(bad(line), [(String::new(), rule)], "{line}");
    }
    assert_eq!(parse(1, b"{\"name\": \"\xFF\"}").expect_err("no UTF-8")[0].rule, "not_json");
}

#[test]
fn single_faults() {
    for (line, field, rule) in [
        (r#"{"name": "", "domains": [], "country": "SE"}"#, "name", "name"),
        (r#"{"name": "a\u0000b", "domains": [], "country": "SE"}"#, "name", "name"),
        (r#"{"name": 1, "domains": [], "country": "SE"}"#, "name", "type"),
        (r#"{"name": "a", "country": "SE"}"#, "domains", "required"),
        (r#"{"name": "a", "domains": "a.example", "country": "SE"}"#, "domains", "type"),
        (r#"{"name": "a", "domains": [], "country": "se"}"#, "country", "country"),
        (r#"{"name": "a", "domains": [], "country": "XK"}"#, "country", "country"),
        (r#"{"name": "a", "domains": [], "country": "SE", "region": "NO-03"}"#, "region", "subdivision"),
        (r#"{"name": "a\u202Eb", "domains": [], "country": "SE"}"#, "name", "name"),
        (
            r#"{"name": "a", "domains": [], "country": "SE", "verified_domains": ["b.example"]}"#,
            "verified_domains",
            "verified_domain",
        ),
        (r#"{"name": "a", "domains": [], "country": "SE", "roles": ["RESELLER"]}"#, "roles", "role"),
    ] {
        assert_eq!(bad(line), [(field.to_owned(), rule)], "{line}");
    }
    let many: Vec<_> = (0..101).map(|n| format!("\"d{n}.example\"")).collect();
    let line = format!(r#"{{"name": "a", "domains": [{}], "country": "SE"}}"#, many.join(","));
    assert_eq!(bad(&line), [("domains".to_owned(), "too_many")]);
}

#[test]
fn the_key_ignores_spelling_and_order_and_nothing_else() {
    let base = good(r#"{"name": "Ärla", "domains": ["a.example", "b.example"], "country": "SE"}"#).key();
    for line in [
        r#"{"country": "SE", "domains": ["B.example", "a.example"], "name": "ARLA"}"#,
        r#"{"name": "Ärla", "domains": ["a.example", "b.example"], "country": "SE", "vertical": "J"}"#,
    ] {
        assert_eq!(good(line).key(), base, "{line}");
    }
    for line in [
        r#"{"name": "Ärla", "domains": ["a.example", "b.example"], "country": "NO"}"#,
        r#"{"name": "Ärla", "domains": ["a.example"], "country": "SE"}"#,
        r#"{"name": "Ärla 2", "domains": ["a.example", "b.example"], "country": "SE"}"#,
    ] {
        assert_ne!(good(line).key(), base, "{line}");
    }
}
