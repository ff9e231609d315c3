use std::collections::BTreeSet;

use uuid::Uuid;

use super::super::likeness::Sense;
use super::super::organization::Role;
use super::super::search::{Filter, Question};
use super::super::{name, words};
use super::*;

/// A database that has these organizations, as the store would answer: id, name, country, whether a partner.
struct Index(Vec<(u128, &'static str, &'static str, bool)>);

fn id(number: u128) -> OrganizationId {
    OrganizationId::from_uuid(Uuid::from_u128(number))
}

impl Index {
    fn vocabulary(&self) -> Vec<String> {
        let mut all = BTreeSet::new();
        for (_, named, ..) in &self.0 {
            let normalized = name::normalize(named);
            all.extend(words::telling(&words::words(&normalized)).into_iter().map(str::to_owned));
        }
        all.into_iter().collect()
    }

    fn posting(&self, wanted: i64) -> Vec<OrganizationId> {
        let has =
            |o: &&(u128, &str, &str, bool)| keys::of_organization(&name::normalize(o.1), o.2, o.3).contains(&wanted);
        let mut ids: Vec<_> = self.0.iter().filter(has).map(|o| id(o.0)).collect();
        ids.sort_unstable();
        ids.truncate(MOST_PER_KEY);
        ids
    }

    fn postings(&self, asked: &Asked<'_>) -> Vec<Vec<OrganizationId>> {
        asked.keys().into_iter().map(|key| self.posting(key)).collect()
    }

    fn best(&self, text: &str, filter: &Filter) -> Vec<u128> {
        let leads = Question::new(text, Sense::Search).leads(&self.vocabulary());
        let asked = leads.asked(filter.key());
        let mut best: Vec<_> = asked.best(&self.postings(&asked)).iter().map(|id| id.uuid().as_u128()).collect();
        best.sort_unstable();
        best
    }
}

fn in_country(code: &str) -> Filter {
    Filter { role: None, country: Some(code.to_owned()) }
}

#[test]
fn rare_words_lead_to_their_organizations_and_common_ones_in_pairs() {
    let mut all = vec![(1, "Uppsala University", "SE", false), (2, "State Technical University", "US", true)];
    all.extend((0..150).map(|n| (1_000 + n, "State College", "US", false)));
    all.extend((0..150).map(|n| (2_000 + n, "Lund University", "SE", false)));
    let index = Index(all);
    let any = Filter::default();
    assert_eq!(index.best("upsala universty", &any), [1]);
    assert_eq!(index.best("university technical state", &any), [2]);
    // Two common words that one organization has.
    assert_eq!(index.best("state university", &any), [2]);
    let partners = Filter { role: Some(Role::Partner), country: None };
    assert_eq!(index.best("university", &partners), [2]);
    assert_eq!(index.best("university", &in_country("US")), [2]);
    assert_eq!(index.best("nothing of that", &any), [0; 0]);
    // There is nothing better than some of those that have the only word.
    assert_eq!(index.best("college", &any).len(), MOST_COMPARED);
}

#[test]
fn namesakes_that_the_filter_does_not_take_do_not_crowd_out_those_that_it_takes() {
    let mut all: Vec<_> = (0..300).map(|n| (n, "Aurora Voice", "US", false)).collect();
    all.extend([(1_000, "Aurora Voice", "SE", false), (1_001, "Voice of Aurora", "SE", false)]);
    let best = Index(all).best("aurora voice", &in_country("SE"));
    assert!(best.contains(&1_000) && best.contains(&1_001), "{best:?}");
}

#[test]
fn names_with_just_the_words_of_the_question_come_first() {
    let mut all: Vec<_> = (0..300).map(|n| (n, "Aurora Voice Ltd", "US", false)).collect();
    all.push((1_000, "Aurora Voice AB", "SE", false));
    let index = Index(all);
    // In the middle nothing is known to be a legal form.
    for asked in ["AB Voice Aurora", "Voice AB Aurora"] {
        assert!(index.best(asked, &Filter::default()).contains(&1_000), "{asked}");
    }
}

#[test]
fn a_word_counts_as_much_as_it_is_rare_among_all_whatever_the_filter_takes() {
    let mut all: Vec<_> = (0..150).map(|n| (n, "State College", "US", false)).collect();
    all.push((1_000, "State Opera", "SE", false));
    let index = Index(all);
    let leads = Question::new("stat opera", Sense::Search).leads(&index.vocabulary());
    for filter in [Filter::default(), in_country("SE")] {
        let asked = leads.asked(filter.key());
        assert_eq!(asked.counts(&index.postings(&asked)), [MOST_PER_KEY, 1], "{filter:?}");
    }
    assert!(rarity(0) == 1.0 && rarity(1) > rarity(2) && rarity(MOST_PER_KEY) == rarity(MOST_PER_KEY + 1));
}

#[test]
fn a_word_that_is_meant_twice_counts_the_same_both_times() {
    let mut all: Vec<_> = (0..150).map(|n| (n, "State University", "US", false)).collect();
    all.push((1_000, "State University", "SE", false));
    let index = Index(all);
    let leads = Question::new("universty univercity", Sense::Search).leads(&index.vocabulary());
    for (filter, taken) in [(Filter::default(), MOST_COMPARED), (in_country("SE"), 1)] {
        let asked = leads.asked(filter.key());
        assert_eq!(asked.counts(&index.postings(&asked)), [MOST_PER_KEY; 2], "{filter:?}");
        assert_eq!(asked.best(&index.postings(&asked)).len(), taken, "{filter:?}");
    }
}

#[test]
fn a_long_question_asks_a_limited_number_of_keys_and_each_of_its_words() {
    let index =
        Index(vec![(1, "alpha bravo charlie delta foxtrot golfer hotels indigo juliet kilos limas mikes", "SE", true)]);
    let leads = Question::new(index.0[0].1, Sense::Search).leads(&index.vocabulary());
    for with in [None, in_country("SE").key()] {
        let asked = leads.asked(with);
        assert!(asked.keys().len() <= MOST_KEYS);
        assert_eq!(asked.counts(&index.postings(&asked)), [1; 12]);
        assert_eq!(asked.best(&index.postings(&asked)), [id(1)]);
    }
}
