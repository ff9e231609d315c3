//! The decision, fact by fact.

use chrono::{Duration, TimeZone as _};
use uuid::Uuid;

use super::*;

const WEIGHTS: Weights = Weights {
    exact_contact: 100.0,
    claimed_domain: 50.0,
    verified_domain: 40.0,
    unverified_domain: 20.0,
    users_on_domain: 15.0,
    name_similarity: 25.0,
    recent_activity: 10.0,
};

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 20, 12, 0, 0).unwrap()
}

fn wanted(lineage: &[&str], name: &str) -> Wanted {
    Wanted { lineage: lineage.iter().map(|&d| d.to_owned()).collect(), name: name.to_owned(), now: now() }
}

fn facts(id: u128, name: &str, domains: &[(&str, State)]) -> Facts {
    Facts {
        organization: OrganizationId::from_uuid(Uuid::from_u128(id)),
        display_name: name.to_uppercase(),
        normalized_name: name.to_owned(),
        region_code: "SE".to_owned(),
        is_contact: false,
        fitting: domains.iter().map(|(d, state)| Domain { domain: (*d).to_owned(), state: *state }).collect(),
        verified: domains.iter().any(|(_, state)| *state >= State::Verified),
        known: Some(KnownDomains::default()),
        active_users: 0,
        users_on_domain: 0,
        last_activity: None,
        partners: Vec::new(),
    }
}

fn candidates(outcome: Outcome) -> Vec<Candidate> {
    match outcome {
        Outcome::Candidates(candidates) => candidates,
        Outcome::Matched(_) | Outcome::None => panic!("{outcome:?}"),
    }
}

fn names(candidate: &Candidate) -> Vec<&'static str> {
    candidate.counted().map(|signal| signal.name).collect()
}

#[test]
fn a_person_of_one_organization_is_matched_and_the_others_are_not_shown() {
    let contact = Facts { is_contact: true, ..facts(1, "a", &[]) };
    let neighbour = facts(2, "b", &[("example.org", State::Claimed)]);
    let outcome = decide(vec![neighbour, contact.clone()], &wanted(&["example.org"], ""), &WEIGHTS);
    let Outcome::Matched(only) = outcome else { panic!("{outcome:?}") };
    assert_eq!(only.facts, contact);
    assert_eq!(names(&only), ["exact_contact"]);
}

#[test]
fn a_person_of_several_organizations_makes_candidates() {
    let both = [1, 2].map(|id| Facts { is_contact: true, ..facts(id, "a", &[]) });
    let by_domain = facts(3, "c", &[("example.org", State::Unverified)]);
    let found = both.into_iter().chain([by_domain]).collect();
    let candidates = candidates(decide(found, &wanted(&["example.org"], ""), &WEIGHTS));
    assert_eq!(candidates.iter().map(|c| c.facts.is_contact).collect::<Vec<_>>(), [true, true, false]);
}

#[test]
fn nothing_found_is_none() {
    assert_eq!(decide(vec![], &wanted(&["example.org"], "x"), &WEIGHTS), Outcome::None);
}

#[test]
fn a_better_known_and_nearer_domain_ranks_higher() {
    let lineage = ["mail.example.org", "example.org"];
    let found = vec![
        facts(1, "d", &[("example.org", State::Unverified)]),
        facts(2, "c", &[("example.org", State::Verified)]),
        facts(3, "b", &[("mail.example.org", State::Verified)]),
        facts(4, "a", &[("mail.example.org", State::Claimed)]),
    ];
    let candidates = candidates(decide(found, &wanted(&lineage, ""), &WEIGHTS));
    let scores: Vec<f64> = candidates.iter().map(|c| c.score).collect();
    assert_eq!(scores, [50.0, 40.0, 32.0, 16.0]);
}

#[test]
fn equal_scores_are_ordered_by_name_and_then_id_whatever_the_input_order() {
    let domain = [("example.org", State::Verified)];
    let found = [facts(3, "b", &domain), facts(2, "b", &domain), facts(1, "c", &domain), facts(4, "a", &domain)];
    let ids = |found: Vec<Facts>| -> Vec<u128> {
        let ranked = candidates(decide(found, &wanted(&["example.org"], ""), &WEIGHTS));
        ranked.iter().map(|c| c.facts.organization.uuid().as_u128()).collect()
    };
    let mut reversed = found.to_vec();
    reversed.reverse();
    assert_eq!(ids(found.to_vec()), [4, 2, 3, 1]);
    assert_eq!(ids(reversed), [4, 2, 3, 1]);
}

#[test]
fn the_score_is_the_sum_of_the_signals_that_count_strongest_first() {
    let busy = Facts {
        users_on_domain: 9,
        active_users: 9,
        last_activity: Some(now() - Duration::days(73)),
        ..facts(1, "northern lights voice", &[("example.org", State::Verified)])
    };
    let wanted = wanted(&["example.org"], "northern light voice");
    let only = &candidates(decide(vec![busy], &wanted, &WEIGHTS))[0];
    assert_eq!(names(only), ["verified_domain", "name_similarity", "recent_activity", "users_on_domain"]);
    assert!((only.score - only.signals.iter().map(Signal::contribution).sum::<f64>()).abs() < 1e-9);
    assert!((only.signals[2].value - 0.8).abs() < 1e-9);
    assert!(!only.unlikely);
}

#[test]
fn unlikely_is_what_is_neither_verified_nor_active() {
    let unverified = [("example.org", State::Unverified)];
    for (facts, unlikely) in [
        (facts(1, "a", &unverified), true),
        (Facts { last_activity: Some(now() - Duration::days(366)), ..facts(1, "a", &unverified) }, true),
        (Facts { last_activity: Some(now() - Duration::days(364)), ..facts(1, "a", &unverified) }, false),
        (facts(1, "a", &[("example.org", State::Unverified), ("b.example", State::Verified)]), false),
    ] {
        let ranked = candidates(decide(vec![facts.clone()], &wanted(&["example.org"], ""), &WEIGHTS));
        assert_eq!(ranked[0].unlikely, unlikely, "{facts:?}");
    }
}

#[test]
fn at_most_twenty_and_the_best_of_them() {
    let found = (0..30).map(|n| {
        let state = if n % 3 == 0 { State::Claimed } else { State::Unverified };
        facts(n, &format!("{n:02}"), &[("example.org", state)])
    });
    let ranked = candidates(decide(found.collect(), &wanted(&["example.org"], ""), &WEIGHTS));
    assert_eq!(ranked.len(), MOST_CANDIDATES);
    assert!(ranked[..10].iter().all(|c| names(c) == ["claimed_domain"]));
}

#[test]
fn unlike_names_add_nothing() {
    assert!(similarity("northern lights", "harbour telecom") == 0.0);
    assert!(similarity("acme", "") == 0.0);
    assert!((similarity("acme", "acme") - 1.0).abs() < 1e-9);
}
