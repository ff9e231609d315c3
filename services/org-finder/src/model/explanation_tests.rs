//! The answer for one organization, obstacle by obstacle; and for any facts, the same as the match's.

use chrono::{DateTime, Duration, TimeZone as _, Utc};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::model::domain::{Domain, State};
use crate::model::matching::{KnownDomains, Outcome, Signal, decide};

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

fn wanted() -> Wanted {
    let lineage = ["mail.example.org", "example.org"].map(str::to_owned).into();
    Wanted { lineage, name: "northern lights".to_owned(), now: now() }
}

fn facts(id: u128) -> Facts {
    Facts {
        organization: OrganizationId::from_uuid(Uuid::from_u128(id)),
        display_name: String::new(),
        normalized_name: format!("org {id:04}"),
        region_code: "SE".to_owned(),
        is_contact: false,
        fitting: vec![Domain { domain: "example.org".to_owned(), state: State::Unverified }],
        verified: false,
        known: Some(KnownDomains::default()),
        active_users: 0,
        users_on_domain: 0,
        last_activity: None,
        partners: Vec::new(),
    }
}

fn live(facts: Facts) -> Asked {
    Asked { facts, has_role: true, standing: Standing::Live }
}

fn stranger(id: u128) -> Facts {
    Facts { fitting: Vec::new(), ..facts(id) }
}

fn explained(found: Vec<Facts>, asked: Asked) -> Explanation {
    explain(found, asked, None, &wanted(), &WEIGHTS)
}

#[test]
fn the_match_and_a_candidate_have_no_obstacles() {
    let contact = Facts { is_contact: true, ..stranger(1) };
    let told = explained(vec![contact.clone(), facts(2)], live(contact));
    assert_eq!((told.verdict, told.rank, told.obstacles), (Verdict::Match, Some(1), vec![]));
    assert_eq!(told.best_score, Some(told.candidate.score));
    let told = explained(vec![facts(1), facts(2)], live(facts(2)));
    assert_eq!((told.verdict, told.rank, told.obstacles), (Verdict::Candidate, Some(2), vec![]));
    assert_eq!(told.candidate.signals.len(), 7);
}

#[test]
fn every_obstacle_that_applies_is_told_the_decisive_one_first() {
    let into = OrganizationId::new();
    let contact = Facts { is_contact: true, ..stranger(9) };
    let asked = |has_role, standing, facts| Asked { facts, has_role, standing };
    for (found, asked, unfit, expected) in [
        (vec![], live(stranger(1)), None, vec![Obstacle::NoCommonDomain]),
        (vec![], live(stranger(1)), Some(BadDomain::PublicMail), vec![Obstacle::PublicMailDomain]),
        (vec![], live(stranger(1)), Some(BadDomain::DisposableMail), vec![Obstacle::DisposableMailDomain]),
        (vec![], live(stranger(1)), Some(BadDomain::PublicSuffix), vec![Obstacle::PublicSuffix]),
        (vec![], asked(false, Standing::Live, facts(1)), None, vec![Obstacle::WrongRole]),
        (vec![], asked(true, Standing::Deleted, facts(1)), None, vec![Obstacle::Deleted]),
        (vec![], asked(true, Standing::Merged(into), facts(1)), None, vec![Obstacle::Merged]),
        (vec![contact.clone()], live(facts(1)), None, vec![Obstacle::OtherIsContact]),
        (
            vec![contact],
            asked(false, Standing::Deleted, stranger(1)),
            None,
            vec![Obstacle::Deleted, Obstacle::WrongRole, Obstacle::NoCommonDomain, Obstacle::OtherIsContact],
        ),
    ] {
        let told = explain(found, asked.clone(), unfit, &wanted(), &WEIGHTS);
        assert_eq!((told.verdict, told.rank), (Verdict::NotShown, None), "{asked:?}");
        assert_eq!(told.obstacles, expected, "{asked:?}");
        assert_eq!(told.merged_into.is_some(), matches!(asked.standing, Standing::Merged(_)));
    }
}

#[test]
fn what_ranks_behind_twenty_others_is_told_its_place() {
    let found: Vec<_> = (1..=30).map(facts).collect();
    let told = explained(found.clone(), live(facts(25)));
    assert_eq!((told.verdict, told.rank, told.obstacles), (Verdict::NotShown, Some(25), vec![Obstacle::BeyondLimit]));
    let told = explained(found, live(facts(20)));
    assert_eq!((told.verdict, told.rank), (Verdict::Candidate, Some(20)));
    // So many fit that this one was not looked at.
    let told = explained((1..=500).map(facts).collect(), live(facts(600)));
    assert_eq!((told.verdict, told.rank, told.obstacles), (Verdict::NotShown, None, vec![Obstacle::BeyondLimit]));
}

prop_compose! {
    fn any_facts()(
        contact in prop::bool::weighted(0.2),
        state in prop::option::of(prop_oneof![Just(State::Unverified), Just(State::Verified), Just(State::Claimed)]),
        near in any::<bool>(),
        name in prop_oneof![Just("northern lights"), Just("northern light"), Just("harbour"), Just("")],
        users in 0_i64..3_000,
        days in prop::option::of(-10_i64..500),
    ) -> Facts {
        let domain = if near { "mail.example.org" } else { "example.org" };
        let fitting = state.map(|state| Domain { domain: domain.to_owned(), state });
        Facts {
            normalized_name: name.to_owned(),
            is_contact: contact,
            verified: state.is_some_and(|state| state >= State::Verified),
            fitting: fitting.into_iter().collect(),
            users_on_domain: users,
            active_users: users,
            last_activity: days.map(|days| now() - Duration::days(days)),
            ..facts(0)
        }
    }
}

/// Organizations that a match finds, each with an id of its own, and an order in which they come.
fn found() -> impl Strategy<Value = (Vec<Facts>, Vec<Facts>)> {
    let fits = any_facts().prop_filter("the match finds it", |facts| facts.is_contact || !facts.fitting.is_empty());
    let numbered = prop::collection::vec(fits, 1..40).prop_map(|mut found| {
        for (id, facts) in (1..).zip(&mut found) {
            facts.organization = OrganizationId::from_uuid(Uuid::from_u128(id));
        }
        found
    });
    numbered.prop_flat_map(|found| (Just(found.clone()), Just(found).prop_shuffle()))
}

proptest! {
    #[test]
    fn the_order_of_what_was_found_does_not_matter((one, other) in found()) {
        prop_assert_eq!(decide(one, &wanted(), &WEIGHTS), decide(other, &wanted(), &WEIGHTS));
    }

    #[test]
    fn candidates_are_in_a_total_order_and_each_score_is_the_sum_of_its_signals((found, _) in found()) {
        let mut outcome = decide(found, &wanted(), &WEIGHTS);
        let shown = outcome.shown_mut();
        prop_assert!(shown.len() <= MOST_CANDIDATES);
        let key = |it: &Candidate| (it.facts.normalized_name.clone(), it.facts.organization);
        let ordered = |a: &Candidate, b: &Candidate| a.score > b.score || (a.score == b.score && key(a) < key(b));
        prop_assert!(shown.is_sorted_by(ordered));
        for candidate in shown {
            let all: f64 = candidate.signals.iter().map(Signal::contribution).sum();
            let counted: f64 = candidate.counted().map(Signal::contribution).sum();
            prop_assert_eq!(candidate.score.to_bits(), all.to_bits());
            prop_assert!((counted - all).abs() < 1e-9);
            prop_assert!(candidate.signals.iter().all(|signal| (0.0..=1.0).contains(&signal.value)));
            prop_assert!(candidate.signals.is_sorted_by(|a, b| a.contribution() >= b.contribution()));
        }
    }

    #[test]
    fn an_explanation_says_of_each_organization_what_the_match_says((found, _) in found()) {
        let outcome = decide(found.clone(), &wanted(), &WEIGHTS);
        for facts in found.clone() {
            let told = explained(found.clone(), live(facts.clone()));
            let id = facts.organization;
            match &outcome {
                Outcome::Matched(only) => {
                    prop_assert_eq!(told.verdict == Verdict::Match, only.facts.organization == id);
                    prop_assert!(told.matched);
                }
                Outcome::Candidates(candidates) => {
                    let place = candidates.iter().position(|candidate| candidate.facts.organization == id);
                    prop_assert_eq!(told.verdict == Verdict::Candidate, place.is_some());
                    prop_assert!(place.is_none_or(|place| told.rank == Some(place + 1)));
                    prop_assert!(place.is_none_or(|place| candidates[place] == told.candidate));
                    prop_assert_eq!(told.best_score, Some(candidates[0].score));
                }
                Outcome::None => prop_assert!(false, "something was found"),
            }
            prop_assert_eq!(told.obstacles.is_empty(), told.verdict != Verdict::NotShown);
        }
    }
}
