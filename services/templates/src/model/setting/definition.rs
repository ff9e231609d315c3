//! The schema of settings: what the catalogue says of each.

use regex::Regex;
use serde_json::Value;

/// Where a value comes from; each goes over the ones before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    Default,
    Organization,
    Template,
    User,
}

impl Level {
    /// The level in a sentence.
    pub fn word(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Organization => "organization",
            Self::Template => "template",
            Self::User => "user",
        }
    }
}

/// Which part of the product a setting is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    Common,
    Calling,
}

/// Which values a setting takes.
#[derive(Clone, Debug)]
pub enum Kind {
    Boolean,
    Integer {
        minimum: i64,
        maximum: i64,
    },
    /// At most `max_length` characters, of which `pattern` matches all.
    Text {
        max_length: usize,
        pattern: Option<Regex>,
    },
    Choice(Vec<String>),
    /// Whole seconds.
    Duration {
        minimum: i64,
        maximum: i64,
    },
}

/// A setting that exists.
#[derive(Clone, Debug)]
pub struct Definition {
    pub key: String,
    pub group: Group,
    /// What it does, one sentence.
    pub description: String,
    pub kind: Kind,
    /// Its value where no level sets it.
    pub default: Value,
    /// Where it may be set, in order.
    pub levels: Vec<Level>,
}

/// The schema, by group and key.
#[derive(Clone, Debug)]
pub struct Definitions(Vec<Definition>);

impl Definitions {
    /// The schema of these settings, which come in order of key.
    pub fn new(mut definitions: Vec<Definition>) -> Self {
        definitions.sort_by_key(|definition| definition.group);
        Self(definitions)
    }

    /// One setting.
    pub fn get(&self, key: &str) -> Option<&Definition> {
        self.0.iter().find(|definition| definition.key == key)
    }

    /// All of them, by group and key.
    pub fn iter(&self) -> impl Iterator<Item = &Definition> {
        self.0.iter()
    }
}
