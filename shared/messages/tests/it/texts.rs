//! How a text is found and filled in.

use dialtone_messages::{
    Locale::{English, French, German},
    error, text,
};

const ORG_FINDER: &str = "org-finder.dialtone.internal";

#[test]
fn a_reason_is_told_by_its_service_or_by_all() {
    let own = error(German, ORG_FINDER, "NOT_A_PARTNER", []);
    assert_eq!(own, "Diese Organisation ist kein Partner. Geben Sie ihr zuerst die Rolle Partner.");
    assert_ne!(own, error(German, "templates.dialtone.internal", "NOT_A_PARTNER", []));
    let shared = error(German, ORG_FINDER, "CANCELLED", []);
    assert_eq!(shared, error(German, "gateway.dialtone.internal", "CANCELLED", []));
}

#[test]
fn what_has_no_text_gets_the_general_one() {
    let general = error(French, ORG_FINDER, "NO_SUCH_REASON", []);
    assert!(!general.is_empty());
    assert_eq!(error(French, ORG_FINDER, "NOT_FOUND", []), general, "a parameter is missing");
    assert_eq!(error(French, "elsewhere.example", "general", []), general);
    assert_eq!(text(French, "org-finder", "no-such-text", []), None);
    assert_eq!(text(French, "no-such-service", "match-NONE", []), None);
}

#[test]
fn parameters_are_put_in_as_they_are() {
    let not_found = |resource| error(English, ORG_FINDER, "NOT_FOUND", [("resource", resource)]);
    for resource in ["orders/1", "007", "0", "1e3", "1.50", "-0", "99999999999999999999", "{ $x }", "\u{202e}evil", ""]
    {
        assert_eq!(not_found(resource), format!("{resource} does not exist."));
    }
}

#[test]
fn numbers_choose_the_plural() {
    let refused = |count| error(English, ORG_FINDER, "IMPORT_REFUSED", [("refused_count", count)]);
    assert!(refused("1").starts_with("One line is"));
    assert!(refused("2").starts_with("2 lines are"));
    let french = |count| error(French, ORG_FINDER, "IMPORT_REFUSED", [("refused_count", count)]);
    assert!(french("1").starts_with("Une ligne"));
    assert!(french("1000000").starts_with("1000000 lignes"));
}

#[test]
fn many_threads_read_at_once() {
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for count in 0..1000 {
                    let count = count.to_string();
                    let told = error(German, ORG_FINDER, "IMPORT_REFUSED", [("refused_count", count.as_str())]);
                    assert!(told.contains("ungültig"));
                }
            });
        }
    });
}
