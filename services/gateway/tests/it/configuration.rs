//! What a configuration must say, and what it may not.

use dialtone_config::load_from;
use gateway::config::{Config, DEFAULTS};

/// The keys that are refused with these set.
fn refused(settings: &[(&str, &str)]) -> Vec<String> {
    let variables = settings.iter().map(|(key, value)| {
        (format!("DIALTONE_GATEWAY__{}", key.to_uppercase().replace('.', "__")), (*value).to_owned())
    });
    match load_from::<Config>("gateway", DEFAULTS, None, variables) {
        Ok(_) => vec![],
        Err(faults) => faults.iter().map(|fault| fault.key.clone()).collect(),
    }
}

const NEEDED: [(&str, &str); 3] = [
    ("auth.oidc.company.issuer", "https://id.example.com"),
    ("auth.oidc.company.audience", "dialtone"),
    ("identity.private_key", "secret"),
];

#[test]
fn an_issuer_and_a_key_are_all_that_is_needed() {
    assert_eq!(refused(&NEEDED), Vec::<String>::new());
    assert_eq!(refused(&[]), ["auth.oidc", "identity.private_key"]);
}

#[test]
fn weak_algorithms_cannot_be_configured() {
    for weak in ["none", "HS256"] {
        let mut settings = NEEDED.to_vec();
        let list = format!("[\"{weak}\"]");
        settings.push(("auth.oidc.company.algorithms", &list));
        assert!(!refused(&settings).is_empty(), "{weak}");
    }
}

#[test]
fn issuers_whose_subjects_could_be_mistaken_for_each_other_are_refused() {
    let mut settings = NEEDED.to_vec();
    settings
        .extend([("auth.oidc.other.issuer", "https://other.example.com"), ("auth.oidc.other.audience", "dialtone")]);
    assert_eq!(refused(&settings), ["auth.oidc.other.subject_prefix"]);
    settings.push(("auth.oidc.other.subject_prefix", "other|"));
    assert_eq!(refused(&settings), Vec::<String>::new());
    settings.push(("auth.oidc.other.issuer", "https://id.example.com"));
    assert_eq!(refused(&settings), ["auth.oidc.other.issuer"]);
}

#[test]
fn what_would_be_ignored_is_refused() {
    let mut settings = NEEDED.to_vec();
    settings.extend([("serve.tls.cert_file", "a"), ("serve.tls.key_file", "b")]);
    assert_eq!(refused(&settings), ["serve.tls"]);
    let mut settings = NEEDED.to_vec();
    settings.push(("serve.no_such_key", "1"));
    assert_eq!(refused(&settings), ["serve.no_such_key"]);
}
