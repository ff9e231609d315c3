use proptest::prelude::*;
use uuid::Uuid;

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

/// A database that has these organizations, as the store would answer.
struct Index(Vec<(u128, &'static str, &'static str, bool)>);

fn known(words: impl IntoIterator<Item = String>) -> Vec<Known> {
    let words: std::collections::BTreeSet<String> = words.into_iter().collect();
    words.into_iter().map(|word| Known { word, count: None }).collect()
}

impl Index {
    fn count(&self, wanted: i64) -> i64 {
        self.ids(wanted).len().min(MOST_PER_KEY as usize) as i64
    }

    fn ids(&self, wanted: i64) -> Vec<u128> {
        let has =
            |o: &&(u128, &str, &str, bool)| keys::of_organization(&name::normalize(o.1), o.2, o.3).contains(&wanted);
        self.0.iter().filter(has).map(|o| o.0).collect()
    }

    fn vocabulary(&self) -> Vec<Known> {
        let names = self.0.iter().map(|o| name::normalize(o.1));
        known(names.flat_map(|name| words(&name).into_iter().map(|word| word.text.into_owned()).collect::<Vec<_>>()))
    }

    fn probed(&self, text: &str, filter: &Filter) -> Vec<u128> {
        let question = Question::new(text, Sense::Search);
        let leads = question.leads(&self.vocabulary());
        let counted = leads.counted(filter);
        let counts = counted.chunks(2).map(|pair| Count { all: self.count(pair[0]), taken: self.count(pair[1]) });
        let probes = leads.probes(&question, &counts.collect::<Vec<_>>(), filter);
        let mut ids: Vec<_> = probes.iter().flat_map(|probe| self.ids(probe.key)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

#[test]
fn rare_words_lead_to_their_organizations_and_common_ones_in_pairs() {
    let mut all = vec![(1, "Uppsala University", "SE", false), (2, "State Technical University", "US", true)];
    all.extend((0..150).map(|n| (1_000 + n, "State College", "US", false)));
    all.extend((0..150).map(|n| (2_000 + n, "Lund University", "SE", false)));
    let index = Index(all);
    let any = Filter::default();
    assert_eq!(index.probed("upsala universty", &any), [1]);
    assert_eq!(index.probed("university technical state", &any), [2]);
    // Two common words that one organization has.
    assert_eq!(index.probed("state university", &any), [2]);
    let partners = Filter { role: Some(Role::Partner), country: None };
    assert_eq!(index.probed("university", &partners), [2]);
    let american = Filter { role: None, country: Some("US".to_owned()) };
    assert_eq!(index.probed("university", &american), [2]);
    assert_eq!(index.probed("nothing of that", &any), [0; 0]);
}

#[test]
fn a_question_asks_a_limited_number_of_things() {
    let long = (0..500).map(|n| format!("{}lengthyword", "abcdefghij".repeat(n % 7))).collect::<Vec<_>>().join(" ");
    let lookup = Question::new(&long, Sense::Search).lookup();
    let unknown: usize = lookup.unknown.iter().map(|(_, keys)| keys.len()).sum();
    assert!(
        lookup.spellings.len() <= 12 * 11 && unknown <= 12 * 45 && lookup.exact.len() <= 12 * 2 * 32,
        "{}",
        lookup.exact.len()
    );
    let index = Index((0..200).map(|n| (n, "a state university of technical college", "SE", false)).collect());
    let question = Question::new("state university technical college", Sense::Search);
    let leads = question.leads(&index.vocabulary());
    let counts = vec![Count { all: MOST_PER_KEY, taken: MOST_PER_KEY }; leads.counted(&Filter::default()).len() / 2];
    assert!(leads.probes(&question, &counts, &Filter::default()).len() <= MOST_KEYS);
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
        let leads = question.leads(&known(lookup.exact));
        let counts = vec![Count { all: 3, taken: 3 }; leads.counted(&Filter::default()).len() / 2];
        let probes = leads.probes(&question, &counts, &Filter::default());
        prop_assert!(probes.len() <= MOST_KEYS);
        prop_assert!(probes.is_sorted_by_key(|probe| std::cmp::Reverse(probe.worth)));
    }
}
