//! What is searched for by name and what is found: a question taken apart, and the order of the answers.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use dialtone_ids::OrganizationId;
use serde::{Deserialize, Serialize};

use super::keys::{self, Trait};
use super::leads::{Lead, Leads, rarity};
use super::likeness::{Likeness, Sense, compare, relation};
use super::name;
use super::organization::{Role, Roles};
use super::spelling;
use super::words::{Word, light, telling, words};

/// The most organizations that a search by name finds.
pub const MOST_FOUND: usize = 200;
/// Whatever is less like the question is not shown.
pub const LEAST_SCORE: u32 = 350_000;
/// The most words of a question that are looked for.
const MOST_ASKED: usize = 12;
/// The most words of the vocabulary that may stand for one word of the question: fewer for one that somebody has, more for the only one.
const MOST_FOR_WORD: usize = 4;
const MOST_FOR_KNOWN_WORD: usize = 2;
const MOST_FOR_ONLY_WORD: usize = 12;

/// Which organizations are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub role: Option<Role>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
}

impl Filter {
    /// What goes with the key of a word to find only those that are wanted, as far as there are such keys.
    pub fn key(&self) -> Option<i64> {
        match (self.role, &self.country) {
            (Some(Role::Partner), _) => Some(keys::of_trait(Trait::Partner)),
            (_, Some(country)) => Some(keys::of_trait(Trait::Country(country))),
            (Some(Role::Customer) | None, None) => None,
        }
    }
}

/// A question, taken apart.
#[derive(Clone, Debug)]
pub struct Question {
    words: Vec<Word<'static>>,
    /// The words that say something, each once: what is looked for.
    telling: Vec<String>,
    sense: Sense,
}

/// What the vocabulary is asked.
#[derive(Clone, Debug, Default)]
pub struct Lookup {
    /// Just these words.
    pub exact: Vec<String>,
    /// Words that are spelt like these.
    pub spelt: Vec<Spelt>,
    /// Words that are in this range, or that have something inside that is.
    pub range: Option<(String, String)>,
}

/// How a word may be spelt that is meant by another.
#[derive(Clone, Debug)]
pub struct Spelt {
    pub word: String,
    /// Words with one of these keys of their spelling.
    pub near: Vec<i64>,
    /// Words with one of these, if nobody has the word and nothing is near it.
    pub far: Vec<i64>,
    /// Just these words, if nobody has the word: it may be two in one.
    pub halves: Vec<String>,
}

impl Question {
    /// Takes a question apart.
    pub fn new(text: &str, sense: Sense) -> Self {
        let normalized = name::normalize(text);
        let words: Vec<_> = words(&normalized).into_iter().take(MOST_ASKED).map(Word::into_owned).collect();
        let telling = telling(&words).into_iter().map(str::to_owned).collect();
        Self { words, telling, sense }
    }

    /// What to ask the vocabulary.
    pub fn lookup(&self) -> Lookup {
        let mut lookup = Lookup { exact: self.telling.clone(), ..Lookup::default() };
        for word in &self.telling {
            let keys = spelling::Keys::of(word);
            let far = if self.sense == Sense::Search { keys.far } else { Vec::new() };
            let mut halves = spelling::halves(word).into_iter().flat_map(|(first, second)| [first, second]).collect();
            if self.telling.len() == 1 {
                // No other word leads to a name that writes it as two.
                lookup.exact.append(&mut halves);
            }
            lookup.spelt.push(Spelt { word: word.clone(), near: keys.near, far, halves });
        }
        lookup.exact.extend(self.telling.windows(2).map(|pair| pair.concat()));
        if let ([only], Sense::Search) = (self.telling.as_slice(), self.sense)
            && only.chars().count() >= spelling::LEAST_INSIDE
        {
            lookup.range = Some(spelling::range(only));
        }
        lookup
    }

    /// Which words may be meant, of those that the vocabulary has, in their order.
    pub fn leads(&self, vocabulary: &[String]) -> Leads {
        let knows = |text: &String| vocabulary.binary_search(text).is_ok();
        let mut leads = Vec::new();
        for (place, word) in self.telling.iter().enumerate() {
            let mut own: Vec<_> = vocabulary
                .iter()
                .filter_map(|known| relation(word, known, self.sense).map(|(_, similarity)| (similarity, known)))
                .collect();
            own.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
            own.truncate(if self.telling.len() == 1 {
                MOST_FOR_ONLY_WORD
            } else if own.first().is_some_and(|(_, known)| *known == word) {
                MOST_FOR_KNOWN_WORD
            } else {
                MOST_FOR_WORD
            });
            leads.extend(own.into_iter().map(|(similarity, known)| Lead::new(place, 1, known, similarity)));
            let halves = spelling::halves(word).into_iter().filter(|(first, second)| knows(first) && knows(second));
            for (first, second) in halves.take(2) {
                leads.extend([first, second].map(|half| Lead::new(place, 1, &half, 0.8)));
            }
        }
        for (place, pair) in self.telling.windows(2).enumerate() {
            let joined = pair.concat();
            if knows(&joined) {
                leads.push(Lead::new(place, 2, &joined, 0.95));
            }
        }
        let asked = self.telling.iter().map(|word| keys::key(word)).collect();
        let light = light(&self.words).into_iter().map(keys::key).collect();
        Leads::new(asked, light, leads)
    }

    /// What each telling word counts, the rarer the more: so many organizations have it, or the word that is meant by it.
    pub fn weights(&self, counts: &[usize]) -> BTreeMap<String, f64> {
        self.telling.iter().zip(counts).map(|(word, count)| (word.clone(), rarity(*count))).collect()
    }

    /// Compares a name with the question.
    pub fn compare(&self, normalized_name: &str, weights: &BTreeMap<String, f64>) -> Likeness {
        let weight = |word: &str| weights.get(word).copied().unwrap_or(1.0);
        compare(&self.words, &words(normalized_name), weight, self.sense)
    }
}

/// An organization that was found by its name.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundByName {
    pub shown: Shown,
    pub normalized_name: String,
    pub likeness: Likeness,
}

/// What is shown of an organization to whoever searches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub id: OrganizationId,
    pub display_name: String,
    pub region_code: String,
    pub roles: Roles,
}

/// The place of an organization among those found by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    score: u32,
    normalized_name: String,
    id: OrganizationId,
}

impl FoundByName {
    /// Where it stands.
    pub fn place(&self) -> Place {
        Place { score: self.likeness.score, normalized_name: self.normalized_name.clone(), id: self.shown.id }
    }

    fn key(&self) -> (std::cmp::Reverse<u32>, &str, OrganizationId) {
        (std::cmp::Reverse(self.likeness.score), &self.normalized_name, self.shown.id)
    }

    /// Whether it stands after a place.
    pub fn is_after(&self, place: &Place) -> bool {
        self.key() > (std::cmp::Reverse(place.score), place.normalized_name.as_str(), place.id)
    }
}

/// By score, then by name, then by id: a total order, whatever the order in which organizations came to be.
pub fn best_first(a: &FoundByName, b: &FoundByName) -> Ordering {
    a.key().cmp(&b.key())
}

/// Keeps what is to be shown, in its order.
pub fn ranked(mut found: Vec<FoundByName>) -> Vec<FoundByName> {
    found.retain(|found| found.likeness.score >= LEAST_SCORE);
    found.sort_by(best_first);
    found.truncate(MOST_FOUND);
    found
}

#[cfg(test)]
#[path = "search_tests.rs"]
mod tests;
