//! From the words that may be meant to the organizations that are worth comparing: which keys of the index are asked, and what it says
//! of an organization to be found by one.
//!
//! The organizations of a rare word are looked at one and all. Of a common one only a part of theirs could be, so common words are asked
//! for in pairs; and names that have just the words of the question have keys of their own, however common the words are.

use std::collections::{BTreeSet, HashMap, HashSet};

use dialtone_ids::OrganizationId;

use super::keys;

/// So many organizations of one key are looked at; a word that more have is common, however many they are.
pub const MOST_PER_KEY: usize = 100;
/// So many keys are asked for one question.
pub const MOST_KEYS: usize = 32;
/// So many organizations are compared with the question: as many as a page has of which nobody says how long it is.
const MOST_COMPARED: usize = 50;
/// Pairs are made of so many words.
const MOST_PAIRED: usize = 5;

/// What an organization is worth that has just the words of the question, those that say nothing included; or without those.
const WHOLE: f64 = 100.0;
const ALL: f64 = 10.0;
/// One that has two common words, and one that has a common word when there is nothing better.
const PAIR: f64 = 0.4;
const COMMON: f64 = 0.2;
/// What is added to one that the filter is known to take, when all of those with the word are looked at: others have no better claim,
/// however many there are of that name elsewhere.
const TAKEN: f64 = 1_000.0;

/// A word of the vocabulary that may stand for one word of the question, or for two beside each other.
#[derive(Clone, Debug)]
pub struct Lead {
    /// The first of them.
    place: usize,
    /// How many.
    places: usize,
    key: i64,
    similarity: f64,
}

impl Lead {
    pub fn new(place: usize, places: usize, word: &str, similarity: f64) -> Self {
        Self { place, places, key: keys::key(word), similarity }
    }

    fn meets(&self, other: &Self) -> bool {
        self.place < other.place + other.places && other.place < self.place + self.places
    }
}

/// The words that may be meant; of one place the likeliest first.
#[derive(Clone, Debug)]
pub struct Leads {
    /// Keys of the telling words of the question, each in its place.
    asked: Vec<i64>,
    /// Keys of its other words.
    light: Vec<i64>,
    leads: Vec<Lead>,
}

/// Why a key is asked.
#[derive(Clone, Copy, Debug)]
enum Why {
    /// Names that have just these words.
    Names(f64),
    /// Organizations with this lead that the filter takes.
    Lead(usize),
    /// All organizations with a lead, to know how rare it is.
    Count,
    /// Organizations with these two.
    Pair(usize, usize),
}

/// The keys that are asked.
#[derive(Debug)]
pub struct Asked<'a> {
    leads: &'a Leads,
    /// What goes with the key of a lead for the filter; none without one.
    with: Option<i64>,
    asks: Vec<(i64, Why)>,
}

impl Leads {
    pub fn new(asked: Vec<i64>, light: Vec<i64>, leads: Vec<Lead>) -> Self {
        Self { asked, light, leads }
    }

    /// The keys to ask, those first that say most; `with` goes with the key of a word to find only what a filter takes.
    pub fn asked(&self, with: Option<i64>) -> Asked<'_> {
        let firsts: Vec<usize> = (0..self.asked.len()).filter_map(|place| self.first(place)).collect();
        let mut asks: Vec<(i64, Why)> = self.whole().map(|key| (key, Why::Names(WHOLE))).into_iter().collect();
        asks.extend(firsts.first().and_then(|first| self.all_with(*first)).map(|key| (key, Why::Names(ALL))));
        asks.extend(firsts.iter().flat_map(|first| self.lead(*first, with)));
        let pairable = &firsts[..firsts.len().min(MOST_PAIRED)];
        for (n, one) in pairable.iter().enumerate() {
            asks.extend(pairable[..n].iter().filter_map(|other| self.pair(*one, *other)));
        }
        let mut others: Vec<usize> = (0..self.leads.len()).filter(|lead| !firsts.contains(lead)).collect();
        others.sort_by(|a, b| self.leads[*b].similarity.total_cmp(&self.leads[*a].similarity));
        for other in others {
            asks.extend(self.lead(other, with).into_iter().next());
            asks.extend(self.all_with(other).map(|key| (key, Why::Names(ALL))));
        }
        let mut seen = HashSet::new();
        asks.retain(|(key, _)| seen.insert(*key));
        asks.truncate(MOST_KEYS);
        Asked { leads: self, with, asks }
    }

    /// The likeliest lead of a word.
    fn first(&self, place: usize) -> Option<usize> {
        self.leads.iter().position(|lead| lead.place == place)
    }

    /// The likeliest lead of each word by itself.
    fn best(&self) -> impl Iterator<Item = Option<&Lead>> {
        (0..self.asked.len()).map(|place| self.leads.iter().find(|lead| lead.place == place && lead.places == 1))
    }

    /// The key of names that have just the words of the question, its legal form included; none if nothing leads anywhere.
    fn whole(&self) -> Option<i64> {
        self.leads.first()?;
        // A word that leads nowhere stands for itself: it may be the legal form of the name that is meant, and stand elsewhere there.
        let telling = self.best().zip(&self.asked).map(|(lead, own)| lead.map_or(*own, |lead| lead.key));
        Some(keys::of_whole(telling.chain(self.light.iter().copied()).collect::<BTreeSet<_>>()))
    }

    /// The key of names that have just the telling words of the question, this lead for one of them or for two; none if a word has no lead.
    fn all_with(&self, lead: usize) -> Option<i64> {
        let (best, lead) = (self.best().collect::<Option<Vec<_>>>()?, &self.leads[lead]);
        let rest = best.iter().filter(|other| !other.meets(lead)).map(|other| other.key);
        // Each once, as in the index: two words may be meant by one.
        Some(keys::of_all(rest.chain([lead.key]).collect::<BTreeSet<_>>()))
    }

    /// The key of a lead as the filter wants it; and without filter, if that is another.
    fn lead(&self, lead: usize, with: Option<i64>) -> Vec<(i64, Why)> {
        let key = self.leads[lead].key;
        match with {
            None => vec![(key, Why::Lead(lead))],
            Some(with) => vec![(key ^ with, Why::Lead(lead)), (key, Why::Count)],
        }
    }

    fn pair(&self, one: usize, other: usize) -> Option<(i64, Why)> {
        let (a, b) = (&self.leads[one], &self.leads[other]);
        // One word may be meant twice.
        (!a.meets(b) && a.key != b.key).then_some((a.key ^ b.key, Why::Pair(one, other)))
    }
}

impl Asked<'_> {
    /// The keys; the index answers for each with its first organizations, at most [`MOST_PER_KEY`].
    pub fn keys(&self) -> Vec<i64> {
        self.asks.iter().map(|(key, _)| *key).collect()
    }

    /// How many organizations have each telling word of the question, or the likeliest word in its place, no further than is looked at.
    pub fn counts(&self, found: &[Vec<OrganizationId>]) -> Vec<usize> {
        let count = |place| self.leads.first(place).map_or(0, |first| self.count(first, found));
        (0..self.leads.asked.len()).map(count).collect()
    }

    /// The organizations that are worth most, in no particular order.
    pub fn best(&self, found: &[Vec<OrganizationId>]) -> Vec<OrganizationId> {
        let mut worths: HashMap<OrganizationId, f64> = HashMap::new();
        let mut add = |ids: &[OrganizationId], worth: f64| {
            ids.iter().for_each(|id| *worths.entry(*id).or_default() += worth);
        };
        let leads = &self.leads.leads;
        let mut common = Vec::new();
        let mut narrow = false;
        for ((_, why), ids) in self.asks.iter().zip(found).filter(|(_, ids)| !ids.is_empty()) {
            match *why {
                Why::Names(worth) => add(ids, worth),
                Why::Count => {}
                Why::Lead(lead) if ids.len() >= MOST_PER_KEY => common.push((lead, ids)),
                Why::Lead(lead) => {
                    narrow = true;
                    let known = if self.with.is_some() && self.is_first(lead) { TAKEN } else { 0.0 };
                    add(ids, known + rarity(self.count(lead, found)) * leads[lead].similarity);
                }
                Why::Pair(one, other) => {
                    if [one, other].iter().all(|lead| self.count_taken(*lead, found) >= MOST_PER_KEY) {
                        narrow = true;
                        add(ids, PAIR * leads[one].similarity * leads[other].similarity);
                    }
                }
            }
        }
        if !narrow {
            common.iter().for_each(|(lead, ids)| add(ids, COMMON * leads[*lead].similarity));
        }
        let mut worths: Vec<_> = worths.into_iter().collect();
        if worths.len() > MOST_COMPARED {
            worths.select_nth_unstable_by(MOST_COMPARED, |a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
            worths.truncate(MOST_COMPARED);
        }
        worths.into_iter().map(|(id, _)| id).collect()
    }

    fn is_first(&self, lead: usize) -> bool {
        self.leads.first(self.leads.leads[lead].place) == Some(lead)
    }

    /// How many have a lead: all of them, where they were asked for.
    fn count(&self, lead: usize, found: &[Vec<OrganizationId>]) -> usize {
        self.found(self.leads.leads[lead].key, found).unwrap_or_else(|| self.count_taken(lead, found))
    }

    /// How many have a lead of those that the filter takes.
    fn count_taken(&self, lead: usize, found: &[Vec<OrganizationId>]) -> usize {
        self.found(self.leads.leads[lead].key ^ self.with.unwrap_or(0), found).unwrap_or(0)
    }

    /// How many a key has; none if it was not asked. By the key, because two leads may have the same.
    fn found(&self, key: i64, found: &[Vec<OrganizationId>]) -> Option<usize> {
        self.asks.iter().zip(found).find(|((asked, _), _)| *asked == key).map(|(_, ids)| ids.len())
    }
}

/// What a word counts that so many organizations have, 0.25 to 1.
pub fn rarity(organizations: usize) -> f64 {
    1.0 - 0.75 * (organizations.min(MOST_PER_KEY) as f64).ln_1p() / (MOST_PER_KEY as f64).ln_1p()
}

#[cfg(test)]
#[path = "leads_tests.rs"]
mod tests;
