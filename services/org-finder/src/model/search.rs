//! What is searched for by name and what is found: which keys of the index are asked, and the order of the answers.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use dialtone_ids::OrganizationId;
use serde::{Deserialize, Serialize};

use super::keys::{self, Trait};
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
/// So many organizations of one key are looked at; a word that more have is common, however many they are.
pub const MOST_PER_KEY: i64 = 100;
/// So many keys are asked for one question.
const MOST_KEYS: usize = 24;
/// The most words of the vocabulary that may stand for one word of the question; more for a question of one word.
const MOST_FOR_WORD: usize = 4;
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
    /// Words with one of these keys of their spelling.
    pub spellings: Vec<i64>,
    /// For words that nobody has, words with one of these keys, too.
    pub unknown: Vec<(String, Vec<i64>)>,
    /// Words that are in one of these ranges, or that have something inside that is.
    pub ranges: Vec<(String, String)>,
}

/// A word of the vocabulary that may stand for one word of the question, or for two beside each other.
#[derive(Clone, Debug)]
struct Lead {
    /// The first of them.
    place: usize,
    /// How many.
    places: usize,
    key: i64,
    similarity: f64,
}

/// The words that may be meant.
#[derive(Clone, Debug)]
pub struct Leads(Vec<Lead>);

/// How many organizations have a word, no further than [`MOST_PER_KEY`]: in all, and of those that the filter takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub all: i64,
    pub taken: i64,
}

/// A word of the vocabulary that may be meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub word: String,
    /// None where there are many such words.
    pub count: Option<Count>,
}

/// A key to ask, and what an organization is worth that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probe {
    pub key: i64,
    pub worth: i32,
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
            let spelt = spelling::Keys::of(word);
            lookup.spellings.extend(spelt.near);
            if self.sense == Sense::Search && !spelt.far.is_empty() {
                lookup.unknown.push((word.clone(), spelt.far));
            }
            lookup.exact.extend(spelling::halves(word).into_iter().flat_map(|(first, second)| [first, second]));
        }
        lookup.exact.extend(self.telling.windows(2).map(|pair| pair.concat()));
        if let ([only], Sense::Search) = (self.telling.as_slice(), self.sense)
            && only.chars().count() >= spelling::LEAST_INSIDE
        {
            lookup.ranges.push(spelling::range(only));
        }
        lookup
    }

    /// Which words may be meant, of those that the vocabulary has, in their order.
    pub fn leads(&self, vocabulary: &[Known]) -> Leads {
        let mut leads = Vec::new();
        for (place, word) in self.telling.iter().enumerate() {
            let mut own: Vec<_> = vocabulary
                .iter()
                .map(|known| known.word.as_str())
                .filter_map(|known| relation(word, known, self.sense).map(|(_, similarity)| (similarity, known)))
                .collect();
            own.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
            own.truncate(if self.telling.len() == 1 { MOST_FOR_ONLY_WORD } else { MOST_FOR_WORD });
            leads.extend(own.into_iter().map(|(similarity, known)| Lead::new(place, 1, known, similarity)));
            let knows = |text: &String| vocabulary.binary_search_by(|known| known.word.cmp(text)).is_ok();
            let halves = spelling::halves(word).into_iter().filter(|(first, second)| knows(first) && knows(second));
            for (first, second) in halves.take(2) {
                leads.extend([first, second].map(|half| Lead::new(place, 1, &half, 0.8)));
            }
        }
        for (place, pair) in self.telling.windows(2).enumerate() {
            let joined = pair.concat();
            if vocabulary.binary_search_by(|known| known.word.cmp(&joined)).is_ok() {
                leads.push(Lead::new(place, 2, &joined, 0.95));
            }
        }
        Leads(leads)
    }

    /// What each telling word counts: the rarer the more.
    pub fn weights(&self, leads: &Leads, counts: &[Count]) -> BTreeMap<String, f64> {
        let of = |word: &String| {
            let own = keys::key(word);
            let count = leads.0.iter().zip(counts).find(|(lead, _)| lead.key == own);
            // A word that nobody has is a misspelt one: it counts what the likeliest one counts.
            let place = self.telling.iter().position(|other| other == word);
            let count = count.or_else(|| leads.0.iter().zip(counts).find(|(lead, _)| Some(lead.place) == place));
            rarity(count.map_or(0, |(_, count)| count.all))
        };
        self.telling.iter().map(|word| (word.clone(), of(word))).collect()
    }

    /// Compares a name with the question.
    pub fn compare(&self, normalized_name: &str, weights: &BTreeMap<String, f64>) -> Likeness {
        let weight = |word: &str| weights.get(word).copied().unwrap_or(1.0);
        compare(&self.words, &words(normalized_name), weight, self.sense)
    }
}

/// What a word counts that so many organizations have.
fn rarity(organizations: i64) -> f64 {
    1.0 - 0.75 * (organizations.clamp(0, MOST_PER_KEY) as f64).ln_1p() / (MOST_PER_KEY as f64).ln_1p()
}

impl Lead {
    fn new(place: usize, places: usize, word: &str, similarity: f64) -> Self {
        Self { place, places, key: keys::key(word), similarity }
    }

    fn meets(&self, other: &Self) -> bool {
        self.place < other.place + other.places && other.place < self.place + self.places
    }
}

impl Leads {
    /// The keys whose organizations are to be counted: of each lead, alone and with the filter.
    pub fn counted(&self, filter: &Filter) -> Vec<i64> {
        let with = filter.key().unwrap_or(0);
        self.0.iter().flat_map(|lead| [lead.key, lead.key ^ with]).collect()
    }

    /// How many organizations have each lead, if the vocabulary tells that of all.
    pub fn counts(&self, vocabulary: &[Known]) -> Option<Vec<Count>> {
        let known: BTreeMap<i64, Count> =
            vocabulary.iter().filter_map(|known| Some((keys::key(&known.word), known.count?))).collect();
        self.0.iter().map(|lead| known.get(&lead.key).copied()).collect()
    }

    /// The keys to ask, those that are worth most first.
    ///
    /// The organizations of a rare word are looked at one and all. Of common words only a part of theirs could be, so those are asked
    /// for in pairs; and names that have just the words of the question have keys of their own, however common the words are.
    pub fn probes(&self, question: &Question, counts: &[Count], filter: &Filter) -> Vec<Probe> {
        let mut probes: BTreeMap<i64, i32> = BTreeMap::new();
        let mut add = |key: i64, worth: f64| {
            let worth = (worth * 1_000.0) as i32;
            probes.entry(key).and_modify(|most| *most = worth.max(*most)).or_insert(worth);
        };
        self.alike(question.telling.len()).into_iter().for_each(|key| add(key, 10.0));
        self.whole(question).into_iter().for_each(|key| add(key, 100.0));
        let with = filter.key().unwrap_or(0);
        let (mut common, mut rare) = (Vec::new(), false);
        for (lead, count) in self.0.iter().zip(counts).filter(|(_, count)| count.taken > 0) {
            if count.taken < MOST_PER_KEY {
                rare = true;
                add(lead.key ^ with, rarity(count.all) * lead.similarity);
            } else {
                common.push(lead);
            }
        }
        let pairs = common.iter().enumerate().flat_map(|(n, one)| common[..n].iter().map(move |other| (one, other)));
        let mut paired = false;
        for (one, other) in pairs.filter(|(one, other)| !one.meets(other)) {
            paired = true;
            add(one.key ^ other.key, 0.4 * one.similarity * other.similarity);
        }
        if !rare && !paired {
            common.iter().for_each(|lead| add(lead.key ^ with, 0.2 * lead.similarity));
        }
        let mut probes: Vec<_> = probes.into_iter().map(|(key, worth)| Probe { key, worth }).collect();
        probes.sort_by_key(|probe| (-probe.worth, probe.key));
        probes.truncate(MOST_KEYS);
        probes
    }

    /// The likeliest lead of each word, if each has one.
    fn best(&self, places: usize) -> Option<Vec<&Lead>> {
        (0..places).map(|place| self.0.iter().find(|lead| lead.place == place && lead.places == 1)).collect()
    }

    /// The key of names that have just the words of the question, its legal form included.
    fn whole(&self, question: &Question) -> Option<i64> {
        let telling = self.best(question.telling.len())?.into_iter().map(|lead| lead.key);
        let light = light(&question.words).into_iter().map(keys::key);
        Some(keys::of_whole(telling.chain(light).collect::<BTreeSet<_>>()))
    }

    /// Keys of names that have just the telling words of the question, with one word at a time replaced by another lead.
    fn alike(&self, places: usize) -> Vec<i64> {
        let Some(best) = self.best(places) else { return Vec::new() };
        let all = |replaced: &Lead| {
            let rest = best.iter().filter(|lead| !lead.meets(replaced)).map(|lead| lead.key);
            // Each once, as in the index: two words may be meant by one.
            keys::of_all(rest.chain([replaced.key]).collect::<BTreeSet<_>>())
        };
        self.0.iter().map(all).take(MOST_KEYS / 2).collect()
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
