//! How like a name is to what somebody asked for: pure, and the same for the same words.
//!
//! Each word of the question goes with at most one word of the name, in whatever order: first equal words, then words that one side
//! writes as one and the other as two, then words that are nearly equal, the nearest first. What was found is weighed on both sides.

use std::ops::Range;

use super::spelling::{LEAST_INSIDE, is_spelt, tolerance};
use super::words::Word;

/// What a legal form or a joining word counts.
const LIGHT: f64 = 0.05;
/// What a word of the name counts that was not asked for: how rare it is is not known.
const NOT_ASKED: f64 = 0.4;
/// How much a name loses whose words stand in another order.
const OTHER_ORDER: f64 = 0.01;
/// How like a word is to two words that say the same.
const JOINED: f64 = 0.95;

/// How two words are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    Exact,
    /// Few letters differ.
    Typo,
    /// One begins with the other.
    Prefix,
    /// The name's has the other inside.
    Inside,
    /// One word on one side, two on the other.
    Joined,
}

/// A word of the question and what stands for it in the name.
#[derive(Clone, Debug, PartialEq)]
pub struct Matched {
    pub asked: String,
    pub named: String,
    pub how: How,
    /// 0 to 1.
    pub similarity: f64,
    /// What the word counts.
    pub weight: f64,
}

/// How a name fits a question.
#[derive(Clone, Debug, PartialEq)]
pub struct Likeness {
    /// In millionths, so that equal ones are equal.
    pub score: u32,
    /// How much of the question is in the name, 0 to 1.
    pub of_question: f64,
    /// How much of the name was asked for, 0 to 1.
    pub of_name: f64,
    /// In the order of the question.
    pub words: Vec<Matched>,
}

/// What counts as alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// Somebody searches, perhaps with parts of words.
    Search,
    /// Two whole names are compared.
    Duplicate,
}

/// How one word is like another, and how much; none if it is not.
pub fn relation(asked: &str, named: &str, sense: Sense) -> Option<(How, f64)> {
    if asked == named {
        return Some((How::Exact, 1.0));
    }
    let (a, b) = (asked.chars().count(), named.chars().count());
    let ratio = a.min(b) as f64 / a.max(b) as f64;
    let most = match sense {
        Sense::Search => tolerance(a.min(b)),
        // Northern and southern differ by two letters, and are not the same.
        Sense::Duplicate => tolerance(a.min(b)).min(1),
    };
    let typo = typo(asked, named, (a, b), most).map(|similarity| (How::Typo, similarity));
    let part = match sense {
        Sense::Duplicate => None,
        Sense::Search if named.starts_with(asked) => Some((How::Prefix, 0.7 + 0.3 * ratio)),
        Sense::Search if asked.starts_with(named) => Some((How::Prefix, 0.6 + 0.3 * ratio)),
        Sense::Search if a >= LEAST_INSIDE && named.contains(asked) => Some((How::Inside, 0.4 + 0.4 * ratio)),
        Sense::Search => None,
    };
    let found = match (typo, part) {
        (Some(typo), Some(part)) => Some(if part.1 > typo.1 { part } else { typo }),
        (one, other) => one.or(other),
    };
    // Nearly no two words get as far as this.
    found.filter(|_| is_spelt(asked) && is_spelt(named))
}

/// One less the part of the letters that differ, if no more than `most` do; `a` and `b` are how many there are.
fn typo(asked: &str, named: &str, (a, b): (usize, usize), most: usize) -> Option<f64> {
    // Nearly all words differ by far more letters than that, and the distance costs much more than to see so.
    if a.abs_diff(b) > most || differing(asked, named) > 2 * most {
        return None;
    }
    let distance = strsim::osa_distance(asked, named);
    (distance <= most).then(|| 1.0 - distance as f64 / a.max(b) as f64)
}

/// How many kinds of letters only one of two words has, or fewer; another letter in a place changes two of them at most.
fn differing(one: &str, other: &str) -> usize {
    let kinds = |word: &str| word.chars().fold(0_u64, |kinds, letter| kinds | 1 << (u32::from(letter) % 64));
    (kinds(one) ^ kinds(other)).count_ones() as usize
}

/// Compares what is asked with a name; `weight` says what a word of the question counts, 0 to 1.
pub fn compare(asked: &[Word<'_>], named: &[Word<'_>], weight: impl Fn(&str) -> f64, sense: Sense) -> Likeness {
    let mut pairing = Pairing::new(asked, named, sense);
    pairing.equal();
    pairing.joined();
    pairing.near();
    pairing.weigh(weight)
}

/// Places of words on both sides that go together.
struct Pair {
    asked: Range<usize>,
    named: Range<usize>,
    how: How,
    similarity: f64,
}

struct Pairing<'a> {
    asked: &'a [Word<'a>],
    named: &'a [Word<'a>],
    sense: Sense,
    free_asked: Vec<bool>,
    free_named: Vec<bool>,
    pairs: Vec<Pair>,
}

impl<'a> Pairing<'a> {
    fn new(asked: &'a [Word<'a>], named: &'a [Word<'a>], sense: Sense) -> Self {
        let (free_asked, free_named) = (vec![true; asked.len()], vec![true; named.len()]);
        Self { asked, named, sense, free_asked, free_named, pairs: Vec::with_capacity(asked.len()) }
    }

    fn take(&mut self, asked: Range<usize>, named: Range<usize>, how: How, similarity: f64) {
        self.free_asked[asked.clone()].fill(false);
        self.free_named[named.clone()].fill(false);
        self.pairs.push(Pair { asked, named, how, similarity });
    }

    fn equal(&mut self) {
        for (place, word) in self.asked.iter().enumerate() {
            let same =
                (0..self.named.len()).find(|&other| self.free_named[other] && self.named[other].text == word.text);
            if let Some(other) = same {
                self.take(one(place), one(other), How::Exact, 1.0);
            }
        }
    }

    fn joined(&mut self) {
        if !self.free_asked.contains(&true) {
            return;
        }
        for (first, couple) in self.asked.windows(2).enumerate() {
            if !(self.free_asked[first] && self.free_asked[first + 1]) {
                continue;
            }
            if let Some((place, similarity)) = nearest(couple, self.named, &self.free_named) {
                self.take(first..first + 2, one(place), How::Joined, JOINED * similarity);
            }
        }
        for (first, couple) in self.named.windows(2).enumerate() {
            if !(self.free_named[first] && self.free_named[first + 1]) {
                continue;
            }
            if let Some((place, similarity)) = nearest(couple, self.asked, &self.free_asked) {
                self.take(one(place), first..first + 2, How::Joined, JOINED * similarity);
            }
        }
    }

    fn near(&mut self) {
        let mut all = Vec::new();
        for place in (0..self.asked.len()).filter(|&place| self.free_asked[place]) {
            for other in (0..self.named.len()).filter(|&other| self.free_named[other]) {
                let found = relation(&self.asked[place].text, &self.named[other].text, self.sense);
                all.extend(found.map(|(how, similarity)| (similarity, place, other, how)));
            }
        }
        all.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
        for (similarity, place, other, how) in all {
            if self.free_asked[place] && self.free_named[other] {
                self.take(one(place), one(other), how, similarity);
            }
        }
    }

    fn weigh(mut self, weight: impl Fn(&str) -> f64) -> Likeness {
        self.pairs.sort_by_key(|pair| pair.asked.start);
        let in_order = self.pairs.iter().map(|pair| pair.named.start).is_sorted();
        let light = match self.sense {
            Sense::Search => LIGHT,
            // The same name with another legal form is the same name.
            Sense::Duplicate => 0.0,
        };
        let weights: Vec<f64> = self
            .asked
            .iter()
            .map(|word| if word.light { light } else { weight(&word.text).clamp(LIGHT, 1.0) })
            .collect();
        let (mut found, mut covered, mut name) = (0.0, 0.0, 0.0);
        let mut words = Vec::with_capacity(self.pairs.len());
        for pair in &self.pairs {
            let weight: f64 = weights[pair.asked.clone()].iter().sum();
            found += weight * pair.similarity;
            covered += weight * pair.similarity;
            name += weight;
            words.push(Matched {
                asked: joined_text(&self.asked[pair.asked.clone()]),
                named: joined_text(&self.named[pair.named.clone()]),
                how: pair.how,
                similarity: pair.similarity,
                weight: weight.min(1.0),
            });
        }
        let rest = self.named.iter().zip(&self.free_named).filter(|(_, free)| **free);
        name += rest.map(|(word, _)| if word.light { light } else { NOT_ASKED }).sum::<f64>();
        let (of_question, of_name) = (part(found, weights.iter().sum()), part(covered, name));
        let order = if in_order { 1.0 } else { 1.0 - OTHER_ORDER };
        let score = of_question * (0.7 + 0.3 * of_name) * order;
        Likeness { score: (score * 1e6).round() as u32, of_question, of_name, words }
    }
}

fn part(some: f64, all: f64) -> f64 {
    if all > 0.0 { (some / all).clamp(0.0, 1.0) } else { 0.0 }
}

fn joined_text(words: &[Word<'_>]) -> String {
    match words {
        [only] => only.text.clone().into_owned(),
        several => several.iter().map(|word| word.text.as_ref()).collect::<Vec<_>>().join(" "),
    }
}

fn one(place: usize) -> Range<usize> {
    place..place + 1
}

/// The free word that is this couple written as one, with one letter wrong at most.
fn nearest(couple: &[Word<'_>], words: &[Word<'_>], free: &[bool]) -> Option<(usize, f64)> {
    let letters = couple.iter().map(|word| word.text.chars().count()).sum::<usize>();
    let near = |word: &Word<'_>| {
        let other = word.text.chars().count();
        // Nearly no word is as long as two, and then there is nothing to write as one.
        if letters.abs_diff(other) > 1 {
            return None;
        }
        let joined: String = couple.iter().map(|word| word.text.as_ref()).collect();
        if word.text == joined {
            return Some(1.0);
        }
        let close = letters >= 7 && is_spelt(&joined) && differing(&joined, &word.text) <= 2;
        (close && strsim::osa_distance(&joined, &word.text) == 1).then(|| 1.0 - 1.0 / letters.max(other) as f64)
    };
    let found = words.iter().enumerate().filter(|(place, _)| free[*place]);
    let found = found.filter_map(|(place, word)| Some((place, near(word)?)));
    found.max_by(|a, b| a.1.total_cmp(&b.1).then_with(|| b.0.cmp(&a.0)))
}

#[cfg(test)]
#[path = "likeness_tests.rs"]
mod tests;
