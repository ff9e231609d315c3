//! Each rule on messages made for it (tests/fixture), and on real requests of the suite.

use prost_types::FieldMask;

use super::{Validate, Violation, violations};
use crate::fixture::{
    Child, Choice, Colour, Lists, Numbers, Presence, Texts, Thing, UpdateThing, child::Inner, choice::Answer,
    choice::Free,
};

/// What is broken, as `field rule`, in the order of the report.
fn broken<M: Validate>(message: &M) -> Vec<String> {
    violations(message).into_iter().map(|v| format!("{} {}", v.field, v.rule)).collect()
}

fn texts() -> Texts {
    Texts { lengths: "abc".into(), octets: "abc".into(), chunk: vec![1], ..Texts::default() }
}

fn text(change: impl FnOnce(&mut Texts)) -> Vec<String> {
    let mut message = texts();
    change(&mut message);
    broken(&message)
}

fn child(type_: &str) -> Child {
    Child { r#type: type_.into(), ..Child::default() }
}

const NOTHING: [&str; 0] = [];

#[test]
fn lengths_count_characters_and_octets_count_bytes() {
    assert_eq!(text(|_| ()), NOTHING);
    assert_eq!(text(|m| m.lengths = "éééé".into()), NOTHING);
    assert_eq!(text(|m| m.lengths = "é".into()), ["lengths string.min_len"]);
    assert_eq!(text(|m| m.lengths = "ééééé".into()), ["lengths string.max_len"]);
    assert_eq!(text(|m| m.octets = "éé".into()), NOTHING);
    assert_eq!(text(|m| m.octets = "ééé".into()), ["octets string.max_bytes"]);
    assert_eq!(text(|m| m.octets = "a".into()), ["octets string.min_bytes"]);
    assert_eq!(text(|m| m.chunk.clear()), ["chunk bytes.min_len"]);
    assert_eq!(text(|m| m.chunk = vec![0; 4]), ["chunk bytes.max_len"]);
}

#[test]
fn a_pattern_matches_the_whole_text_and_never_sees_an_oversized_one() {
    assert_eq!(text(|m| m.pattern = "abc".into()), NOTHING);
    assert_eq!(text(|m| m.pattern = "abC".into()), ["pattern string.pattern"]);
    assert_eq!(text(|m| m.pattern = "abc\n".into()), ["pattern string.pattern"]);
    assert_eq!(text(|m| m.pattern = "ABCDEFGHI".into()), ["pattern string.max_len"]);
}

#[test]
fn texts_of_a_known_kind_are_checked_only_when_given() {
    assert_eq!(text(|m| m.choice = "green".into()), ["choice string.in"]);
    assert_eq!(text(|m| m.choice = "blue".into()), NOTHING);
    assert_eq!(text(|m| m.prefix = "sip:1".into()), ["prefix string.prefix"]);
    assert_eq!(text(|m| m.prefix = "tel:1".into()), NOTHING);
    assert_eq!(text(|m| m.uuid = "123E4567-e89b-42d3-a456-426614174000".into()), NOTHING);
    for wrong in ["123e4567e89b42d3a456426614174000", "123e4567-e89b-42d3-a456-42661417400g", "1-2", " "] {
        assert_eq!(text(|m| m.uuid = wrong.into()), ["uuid string.uuid"], "{wrong}");
    }
}

#[test]
fn emails_follow_the_mail_standards() {
    let long_local = format!("{}@example.com", "a".repeat(64));
    for right in
        ["a@b.co", "first.last+tag@mail.example.com", "\"a b\"@example.com", "müller@bücher.example", &long_local]
    {
        assert_eq!(text(|m| m.email = right.into()), NOTHING, "{right}");
    }
    let (local, total) = (format!("{}@b.co", "a".repeat(65)), format!("a@{}.com", "b.".repeat(130)));
    for wrong in [
        "a",
        "a@",
        "@b.co",
        "a@b",
        "a@b@c.co",
        "a b@c.co",
        "a@b..co",
        ".a@b.co",
        "a@[127.0.0.1]",
        "A <a@b.co>",
        "a@b.co ",
        "a@b.co\r\nBcc: x@y.z",
        "\"a\r\nb\"@c.co",
        "a\u{85}@b.co",
        "a\u{202e}@b.co",
        "a\u{200f}@b.co",
        "a@b\u{200b}.co",
        "a@-b.co",
        &local,
        &total,
    ] {
        assert_eq!(text(|m| m.email = wrong.into()), ["email string.email"], "{wrong}");
    }
}

#[test]
fn hostnames_and_uris_follow_their_standards() {
    let label = format!("{}.example", "a".repeat(63));
    for right in ["example.com", "localhost", "a-b.example.com.", "xn--bcher-kva.example", "1.example", &label] {
        assert_eq!(text(|m| m.hostname = right.into()), NOTHING, "{right}");
    }
    let (label, name) = (format!("{}.example", "a".repeat(64)), "a.".repeat(127) + "b");
    for wrong in ["-a.b", "a-.b", "a..b", ".", "a_b.c", "bücher.example", "10.0.0.1", &label, &name] {
        assert_eq!(text(|m| m.hostname = wrong.into()), ["hostname string.hostname"], "{wrong}");
    }
    for right in [
        "https://example.com",
        "https://[::1]:8443/a?b=c#d",
        "tel:+4612345",
        "sip:a@b.example",
        "urn:x:y",
        "https://a.b/%C3%A9",
    ] {
        assert_eq!(text(|m| m.uri = right.into()), NOTHING, "{right}");
    }
    for wrong in [
        "example.com",
        "/a",
        "https:",
        "https:///a",
        "https:/a",
        "1a:b",
        "http://a b",
        "http://a/%zz",
        "http://a/%",
        "http://é",
        "a:#b#c",
    ] {
        assert_eq!(text(|m| m.uri = wrong.into()), ["uri string.uri"], "{wrong}");
    }
}

#[test]
fn numbers_stay_within_their_limits() {
    let check = |change: fn(&mut Numbers)| {
        let mut message = Numbers::default();
        change(&mut message);
        broken(&message)
    };
    assert_eq!(check(|_| ()), NOTHING);
    assert_eq!(check(|m| m.small = -2), ["small int32.gte"]);
    assert_eq!(check(|m| m.small = 10), NOTHING);
    assert_eq!(check(|m| m.small = 11), ["small int32.lte"]);
    assert_eq!(check(|m| m.large = -1), ["large int64.gt"]);
    assert_eq!(check(|m| m.large = 10), ["large int64.lt"]);
    assert_eq!(check(|m| m.count = 11), ["count uint32.lte"]);
    assert_eq!(check(|m| m.total = 4), ["total uint64.gte"]);
    assert_eq!(check(|m| m.share = 1.0), ["share double.lt"]);
    assert_eq!(check(|m| m.share = f64::NAN), ["share double.gte", "share double.lt"]);
    assert_eq!(check(|m| m.colour = 3), ["colour enum.defined_only"]);
    assert_eq!(check(|m| m.colour = 2), ["colour enum.not_in"]);
    assert_eq!(check(|m| m.set_colour(Colour::Blue)), NOTHING);
}

#[test]
fn lists_are_checked_as_a_whole_and_entry_by_entry() {
    let words =
        |words: &[&str]| broken(&Lists { words: words.iter().map(ToString::to_string).collect(), ..Lists::default() });
    assert_eq!(words(&["a", "b", "c"]), NOTHING);
    assert_eq!(words(&[]), ["words repeated.min_items"]);
    assert_eq!(words(&["long word", "b", "c", "d"]), ["words repeated.max_items"]);
    assert_eq!(words(&["a", "b", "a"]), ["words repeated.unique"]);
    assert_eq!(words(&["a", "long word", ""]), ["words[1] string.max_len", "words[2] required"]);
    let mut message = Lists { words: vec!["a".into()], colours: vec![1], ..Lists::default() };
    assert_eq!(broken(&message), ["colours repeated.min_items"]);
    message.colours = vec![1, 9, 1];
    assert_eq!(broken(&message), ["colours[1] enum.defined_only"]);
}

#[test]
fn nested_messages_are_checked_wherever_they_lie() {
    let deep =
        Child { child: Some(Box::new(child("long"))), inner: Some(Inner { word: "long".into() }), ..Child::default() };
    let message = Lists {
        words: vec!["a".into()],
        children: vec![child("ok"), deep],
        named: [("key".to_owned(), child("long"))].into(),
        ..Lists::default()
    };
    assert_eq!(
        broken(&message),
        [
            "children[1].child.type string.max_len",
            "children[1].inner.word string.max_len",
            "named[\"key\"].type string.max_len",
        ]
    );
}

#[test]
fn required_means_given_and_not_zero() {
    let missing = [
        "text required",
        "number required",
        "flag required",
        "child required",
        "words required",
        "sure required",
        "labels required",
        "share required",
    ];
    assert_eq!(broken(&Presence::default()), missing);
    let full = Presence {
        text: "a".into(),
        number: 1,
        flag: true,
        child: Some(Child::default()),
        words: vec!["a".into()],
        maybe: None,
        sure: Some(1),
        labels: [("a".to_owned(), String::new())].into(),
        share: 0.5,
    };
    assert_eq!(broken(&full), NOTHING);
    let given_zero = Presence { maybe: Some(String::new()), sure: Some(0), ..full };
    assert_eq!(broken(&given_zero), ["maybe string.min_len", "sure int32.gte"]);
}

#[test]
fn oneofs_are_checked_by_the_member_that_was_given() {
    let choice = |answer| broken(&Choice { answer, free: Some(Free::Text("a".into())) });
    assert_eq!(choice(None), ["answer oneof.required"]);
    assert_eq!(choice(Some(Answer::Word("long".into()))), ["word string.max_len"]);
    assert_eq!(choice(Some(Answer::Word(String::new()))), NOTHING);
    assert_eq!(choice(Some(Answer::Child(child("long")))), ["child.type string.max_len"]);
    assert_eq!(choice(Some(Answer::Number(5))), ["number int32.gt"]);
    assert_eq!(choice(Some(Answer::Number(0))), NOTHING);
    let answer = || Some(Answer::Word("a".into()));
    assert_eq!(broken(&Choice { answer: answer(), free: None }), ["text required"]);
    assert_eq!(broken(&Choice { answer: answer(), free: Some(Free::Other(true)) }), ["text required"]);
}

#[test]
fn an_update_is_checked_by_its_mask() {
    let update = |thing: Thing, paths: &[&str]| {
        let mask = FieldMask { paths: paths.iter().map(ToString::to_string).collect() };
        broken(&UpdateThing { thing: Some(thing), update_mask: Some(mask) })
    };
    let thing =
        || Thing { name: "a".into(), children: vec![child("long")], child: Some(child("long")), ..Thing::default() };
    let all =
        ["thing.title string.min_len", "thing.children[0].type string.max_len", "thing.child.type string.max_len"];
    assert_eq!(update(thing(), &["*"]), all);
    assert_eq!(update(thing(), &[]), all);
    assert_eq!(update(thing(), &["title"]), all[..1]);
    assert_eq!(update(thing(), &["children"]), all[1..2]);
    assert_eq!(update(thing(), &["child.type"]), all[2..]);
    assert_eq!(update(thing(), &["child.child"]), NOTHING);
    assert_eq!(update(Thing::default(), &["child"]), ["thing.name string.min_len"]);
    assert_eq!(
        update(Thing { name: "a".into(), title: "b".into(), ..Thing::default() }, &["title", "colour", "*"]),
        ["update_mask.paths[1] field_mask.known", "update_mask.paths[2] field_mask.known"]
    );
    assert_eq!(broken(&UpdateThing::default()), ["thing required", "update_mask required"]);
}

#[test]
fn descriptions_tell_the_remedy_and_never_repeat_the_value() {
    let secret = "S3CRET!";
    let message = Texts {
        lengths: secret.into(),
        octets: secret.into(),
        pattern: secret.into(),
        email: secret.into(),
        uuid: secret.into(),
        choice: secret.into(),
        prefix: secret.into(),
        hostname: secret.into(),
        uri: secret.into(),
        name: secret.into(),
        chunk: secret.as_bytes().to_vec(),
    };
    let found = violations(&message);
    assert_eq!(found.len(), 11);
    for Violation { field, description, .. } in found {
        let (rule, remedy) = description.split_once(": ").unwrap_or_else(|| panic!("{field}: {description}"));
        assert!(!rule.is_empty() && !remedy.is_empty());
        assert!(!description.contains(secret), "{field}: {description}");
    }
}
