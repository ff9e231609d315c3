//! Nothing is missing in any language, and nothing is left over.

use std::collections::BTreeSet;

use dialtone_messages::{Locale, error, text};

use crate::{catalogue, reasons};

const ENGLISH: Locale = Locale::English;

/// Keys whose texts are rightly the same in two languages, which stand in either order.
const SAME: [(Locale, Locale, &str); 0] = [];

#[track_caller]
fn none(offenders: &[String], what: &str) {
    assert!(offenders.is_empty(), "{what}:\n{}", offenders.join("\n"));
}

/// Every language with every file that English has.
fn everywhere() -> impl Iterator<Item = (Locale, String)> {
    let files = catalogue::files(ENGLISH);
    Locale::ALL.into_iter().flat_map(move |locale| files.clone().into_iter().map(move |file| (locale, file)))
}

#[test]
fn every_language_has_the_same_files_and_each_is_embedded() {
    for locale in Locale::ALL {
        assert_eq!(catalogue::files(locale), catalogue::files(ENGLISH), "{locale}");
    }
    for (locale, file) in everywhere() {
        let first = catalogue::texts(locale, &file).into_iter().find(|(_, text)| text.parameters.is_empty());
        let (key, _) = first.expect("a text without parameters");
        assert!(text(locale, &file, &key, []).is_some(), "{file} is not among the sources of catalogue.rs");
    }
}

#[test]
fn every_reason_has_a_text_in_every_language() {
    let mut missing = Vec::new();
    for (file, reasons) in reasons::all() {
        for locale in Locale::ALL {
            let texts = catalogue::texts(locale, &file);
            let untold = reasons.keys().filter(|reason| !texts.contains_key(*reason));
            missing.extend(untold.map(|reason| format!("{locale}/{file}.ftl: {reason}")));
        }
    }
    none(&missing, "reasons without a text");
}

#[test]
fn every_text_names_only_what_its_reason_documents() {
    let mut offenders = Vec::new();
    for (file, reasons) in reasons::all() {
        for (key, text) in Locale::ALL.into_iter().flat_map(|locale| catalogue::texts(locale, &file)) {
            if let Some(documented) = reasons.get(&key)
                && !text.parameters.is_subset(documented)
            {
                offenders.push(format!("{file}.ftl: {key} names {:?}, documented are {documented:?}", text.parameters));
            }
        }
    }
    none(&offenders, "texts with parameters that their reasons do not have");
}

#[test]
fn every_language_has_the_keys_and_parameters_of_english() {
    let mut offenders = Vec::new();
    for (locale, file) in everywhere() {
        let (english, other) = (catalogue::texts(ENGLISH, &file), catalogue::texts(locale, &file));
        let keys: BTreeSet<_> = english.keys().chain(other.keys()).collect();
        for key in keys {
            let parameters = [&english, &other].map(|texts| texts.get(key).map(|text| &text.parameters));
            if parameters[0] != parameters[1] {
                offenders.push(format!("{locale}/{file}.ftl: {key} has {:?}, not {:?}", parameters[1], parameters[0]));
            }
        }
    }
    none(&offenders, "texts that differ in more than their words");
}

#[test]
fn no_text_is_that_of_another_language() {
    let mut offenders = Vec::new();
    for (locale, file) in everywhere() {
        let texts = catalogue::texts(locale, &file);
        for other in Locale::ALL.into_iter().filter(|other| *other != locale) {
            let others = catalogue::texts(other, &file);
            let same = |key: &&String| others.get(*key).is_some_and(|other| other.source == texts[*key].source);
            let same = texts.keys().filter(same).filter(|key| !SAME.contains(&(locale, other, key)));
            offenders.extend(same.map(|key| format!("{file}.ftl: {key} is the same in {locale} and {other}")));
        }
    }
    none(&offenders, "texts that were not translated");
}

/// Keys in capitals are reasons; the keys of outcomes are in small letters, with the value of an enum after a hyphen perhaps.
#[test]
fn every_text_in_capitals_belongs_to_a_reason() {
    let mut offenders = Vec::new();
    let reasons = reasons::all();
    for file in catalogue::files(ENGLISH) {
        let keys = catalogue::texts(ENGLISH, &file).into_keys().filter(|key| key.starts_with(char::is_uppercase));
        let known = |key: &String| reasons.get(&file).is_some_and(|reasons| reasons.contains_key(key));
        offenders.extend(keys.filter(|key| !known(key)).map(|key| format!("{file}.ftl: {key}")));
    }
    none(&offenders, "texts of reasons that no proto has");
}

#[test]
fn every_outcome_of_a_match_has_a_text() {
    let outcome = dialtone_proto::DESCRIPTOR_POOL.get_enum_by_name("dialtone.orgfinder.v1.MatchOutcome");
    for value in outcome.expect("the enum").values().filter(|value| value.number() != 0) {
        let key = format!("match-{}", value.name().trim_start_matches("MATCH_OUTCOME_"));
        for locale in Locale::ALL {
            assert!(text(locale, "org-finder", &key, []).is_some(), "{locale}: {key}");
        }
    }
}

#[test]
fn every_rule_of_packages_has_a_text() {
    let rule = dialtone_proto::DESCRIPTOR_POOL.get_enum_by_name("dialtone.templates.v1.PackageRule");
    for value in rule.expect("the enum").values().filter(|value| value.number() != 0) {
        let key = format!("package-{}", value.name().trim_start_matches("PACKAGE_RULE_"));
        for locale in Locale::ALL {
            let told = text(locale, "templates", &key, [("package", "packages/x"), ("packages", "y")]);
            assert!(told.is_some_and(|told| told.contains(['x', 'y'])), "{locale}: {key}");
        }
    }
}

#[test]
fn every_answer_of_an_explanation_has_a_text() {
    for (name, prefix) in [("MatchStanding", "MATCH_STANDING_"), ("MatchObstacle", "MATCH_OBSTACLE_")] {
        let answers = dialtone_proto::DESCRIPTOR_POOL.get_enum_by_name(&format!("dialtone.orgfinder.v1.{name}"));
        for value in answers.expect("the enum").values().filter(|value| value.number() != 0) {
            // What is not shown is told by its obstacle.
            let key = format!("explain-{}", value.name().trim_start_matches(prefix));
            let told = |locale| key == "explain-NOT_SHOWN" || text(locale, "org-finder", &key, []).is_some();
            assert!(Locale::ALL.into_iter().all(told), "{key}");
        }
    }
}

/// What goes out on the wire for each reason, with the metadata that it documents.
#[test]
fn every_reason_is_told_with_its_own_text() {
    for (file, reasons) in reasons::all() {
        let domain = format!("{file}.dialtone.internal");
        for (reason, metadata) in reasons {
            let given = || metadata.iter().map(|key| (key.as_str(), "7"));
            for locale in Locale::ALL {
                let told = error(locale, &domain, &reason, given());
                let general = error(locale, &domain, "", []);
                assert!(told != general && !told.contains(['{', '$']), "{locale}: {reason}: {told}");
            }
        }
    }
}
