//! Reads a type out of the merged values as often as needed to find every fault.
//!
//! serde stops at its first error. So a faulty scalar is noted and a substitute is read in its place, and an error that a
//! type raises itself ends the pass; the next pass feeds that key its default or nothing, after all other keys.

use crate::{
    ConfigFault, Faults,
    node::{Input, Node},
    sources::{Layers, at},
};
use config::Value;
use serde::de::DeserializeOwned;
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
};

/// How many passes without a new fault are tried before the rest is given up; bounds the work on hopeless input.
const STALE_PASSES: usize = 64;
/// Stands for text that is not there, tried in turn: types that read an address, a URL, a duration or an id from text
/// accept one of these, so that the keys after them are still looked at.
const MADE_UP: [&str; 7] =
    ["", "127.0.0.1:1", "127.0.0.1", "http://localhost", "1s", "1", "00000000-0000-0000-0000-000000000000"];
/// Similar enough to be taken for a slip of the pen.
const SIMILAR: f64 = 0.6;

/// The state of the passes over one configuration.
pub(crate) struct Probe<'a> {
    layers: &'a Layers,
    found: RefCell<Found>,
}

#[derive(Default)]
struct Found {
    faults: BTreeMap<String, String>,
    unknown: BTreeSet<String>,
    known: BTreeSet<String>,
    secrets: BTreeSet<String>,
    /// Required keys that are absent: the next pass feeds them a substitute.
    missing: BTreeSet<String>,
    /// How often reading each key, or one below it, ended a pass.
    failures: HashMap<String, usize>,
}

impl<'a> Probe<'a> {
    pub(crate) fn new(layers: &'a Layers) -> Self {
        Probe { layers, found: RefCell::default() }
    }

    /// The configuration, with substitutes for what is faulty, or none if there is no substitute.
    pub(crate) fn run<T: DeserializeOwned>(&self) -> Option<T> {
        let mut stale = 0;
        while stale < STALE_PASSES {
            let before = self.count();
            let root = Node { probe: self, key: String::new(), input: Input::Value(&self.layers.merged) };
            match T::deserialize(root) {
                Ok(config) => return Some(config),
                Err(error) => self.note_error("", &error),
            }
            stale = if self.count() == before { stale + 1 } else { 0 };
        }
        None
    }

    /// Every fault found, and the keys of the secrets.
    pub(crate) fn finish(self) -> (Faults, BTreeSet<String>) {
        let found = self.found.into_inner();
        let mut faults = Faults::default();
        for (key, message) in &found.faults {
            // A table that is required only because a key in it is would be named twice.
            let below = format!("{key}.");
            let named_below = found.missing.contains(key) && found.faults.keys().any(|other| other.starts_with(&below));
            if !named_below {
                faults.push(fault(self.layers, key, message.clone()));
            }
        }
        for key in &found.unknown {
            let message = match nearest(key, &found.known) {
                Some(known) => format!("there is no such key; did you mean `{known}`?"),
                None => "there is no such key".to_owned(),
            };
            faults.push(fault(self.layers, key, message));
        }
        (faults, found.secrets)
    }

    /// The value to read for `key`: as set, or a substitute if that failed before.
    pub(crate) fn input(&self, key: &str, set: Option<Input<'a>>) -> Input<'a> {
        let failed = self.found.borrow().failures_of(key);
        match (set, failed) {
            (Some(input), 0) => input,
            (_, 0 | 1) => self.default_of(key).map_or(Input::Missing, Input::Value),
            (Some(Input::Value(table)), _) if crate::node::is_table(table) => Input::Value(table),
            _ => Input::Missing,
        }
    }

    pub(crate) fn made_up_text(&self, key: &str) -> String {
        let failed = self.found.borrow().failures_of(key);
        MADE_UP[failed % MADE_UP.len()].to_owned()
    }

    pub(crate) fn default_of(&self, key: &str) -> Option<&'a Value> {
        at(&self.layers.defaults, key)
    }

    pub(crate) fn note_fault(&self, key: &str, message: impl Into<String>) {
        let mut found = self.found.borrow_mut();
        found.faults.entry(key.to_owned()).or_insert_with(|| message.into());
    }

    pub(crate) fn note_unknown(&self, key: String) {
        self.found.borrow_mut().unknown.insert(key);
    }

    pub(crate) fn note_known(&self, key: String) {
        self.found.borrow_mut().known.insert(key);
    }

    pub(crate) fn note_secret(&self, key: &str) {
        self.found.borrow_mut().secrets.insert(key.to_owned());
    }

    pub(crate) fn note_missing(&self, key: String) {
        self.note_fault(&key, "is required and not set");
        self.found.borrow_mut().missing.insert(key);
    }

    pub(crate) fn is_missing(&self, key: &str) -> bool {
        self.found.borrow().missing.contains(key)
    }

    /// Notes an error that ended the pass at `key`, once.
    pub(crate) fn note_error(&self, key: &str, error: &crate::node::Error) {
        if !error.is_noted() {
            self.note_fault(key, crate::mask::credentials(&error.message));
            *self.found.borrow_mut().failures.entry(key.to_owned()).or_default() += 1;
        }
    }

    /// How often `key` or a key below it ended a pass: those are read last.
    pub(crate) fn trouble(&self, key: &str) -> usize {
        let below = format!("{key}.");
        let found = self.found.borrow();
        let of = |(other, count): (&String, &usize)| {
            if other == key || other.starts_with(&below) { *count } else { 0 }
        };
        found.failures.iter().map(of).sum()
    }

    fn count(&self) -> usize {
        let found = self.found.borrow();
        found.faults.len() + found.unknown.len() + found.missing.len()
    }
}

impl Found {
    fn failures_of(&self, key: &str) -> usize {
        self.failures.get(key).copied().unwrap_or(0)
    }
}

fn fault(layers: &Layers, key: &str, message: String) -> ConfigFault {
    ConfigFault { key: key.to_owned(), message, origin: layers.origin(key) }
}

/// The known key most like `key`, by its whole path or its last part.
fn nearest<'k>(key: &str, known: &'k BTreeSet<String>) -> Option<&'k str> {
    let last = |key: &'k str| key.rsplit('.').next().unwrap_or(key);
    let alike = |other: &'k str| {
        let whole = strsim::normalized_damerau_levenshtein(key, other);
        let part = key.rsplit('.').next().unwrap_or(key);
        whole.max(0.9 * strsim::normalized_damerau_levenshtein(part, last(other)))
    };
    known
        .iter()
        .map(|other| (alike(other), other.as_str()))
        .filter(|(score, _)| *score >= SIMILAR)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, other)| other)
}
