use proptest::prelude::*;
use uuid::Uuid;

use super::super::leads::MOST_KEYS;
use super::*;

fn found(score: u32, name: &str, id: u128) -> FoundByName {
    let likeness = Likeness { score, of_question: 1.0, of_name: 1.0, words: Vec::new() };
    let shown = Shown {
        id: OrganizationId::from_uuid(Uuid::from_u128(id)),
        display_name: name.to_owned(),
        region_code: "SE".to_owned(),
        roles: Roles { partner: false, customer: true },
    };
    FoundByName { shown, normalized_name: name.to_owned(), likeness }
}

#[test]
fn a_question_asks_a_limited_number_of_things() {
    let long = (0..500).map(|n| format!("{}lengthyword", "abcdefghij".repeat(n % 7))).collect::<Vec<_>>().join(" ");
    let lookup = Question::new(&long, Sense::Search).lookup();
    let all = |count: fn(&Spelt) -> usize| lookup.spelt.iter().map(count).sum::<usize>();
    assert!(lookup.exact.len() <= 2 * MOST_ASKED, "{}", lookup.exact.len());
    let (near, far, halves) = (all(|s| s.near.len()), all(|s| s.far.len()), all(|s| s.halves.len()));
    assert!(
        near <= MOST_ASKED * 11 && far <= MOST_ASKED * 45 && halves <= MOST_ASKED * 2 * 32,
        "{near} {far} {halves}"
    );
}

proptest! {
    #[test]
    fn the_ranking_is_a_total_order_whatever_the_order_of_insertion(
        rows in prop::collection::vec((0u32..5, "[ab]{1,2}", 0u128..6), 0..30),
        seed in any::<u64>(),
    ) {
        let mut all: Vec<_> = rows.iter().map(|(score, name, id)| found(400_000 + score, name, *id)).collect();
        let ranked_once = ranked(all.clone());
        // Another order of the same.
        let rotation = (seed as usize) % all.len().max(1);
        all.rotate_left(rotation);
        all.reverse();
        prop_assert_eq!(&ranked(all), &ranked_once);
        prop_assert!(ranked_once.is_sorted_by(|a, b| best_first(a, b).is_le()));
        for (a, b) in ranked_once.iter().zip(ranked_once.iter().skip(1)) {
            // Only the same organization is at the same place, and a page goes on after it.
            let same = best_first(a, b).is_eq();
            prop_assert_eq!(same, a.place() == b.place());
            prop_assert!(same || b.is_after(&a.place()) && !a.is_after(&b.place()));
        }
    }

    #[test]
    fn taking_a_question_apart_never_fails(text in ".{0,300}") {
        let question = Question::new(&text, Sense::Search);
        let lookup = question.lookup();
        let mut known = lookup.exact;
        known.sort();
        prop_assert!(question.leads(&known).asked(None).keys().len() <= MOST_KEYS);
    }
}
