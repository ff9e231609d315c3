//! Where in a request a value lies.

use std::fmt::{Debug, Write as _};

/// A path that grows and shrinks with the walk over a request: `organization.domains[3].name`.
#[derive(Debug, Default)]
pub struct Path {
    text: String,
}

/// Keys of maps come from the caller; more than this of one helps nobody.
const LONGEST_KEY: usize = 40;

impl Path {
    /// Steps into a field; give the answer to [`Path::leave`].
    pub fn enter(&mut self, field: &str) -> usize {
        let mark = self.text.len();
        if mark > 0 {
            self.text.push('.');
        }
        self.text.push_str(field);
        mark
    }

    /// Steps into an entry of the repeated field that the path ends with.
    pub fn index(&mut self, index: usize) -> usize {
        let mark = self.text.len();
        write!(self.text, "[{index}]").expect("a String takes everything");
        mark
    }

    /// Steps into an entry of the map that the path ends with.
    pub fn key(&mut self, key: &impl Debug) -> usize {
        let mark = self.text.len();
        let key: String = format!("{key:?}").chars().take(LONGEST_KEY).collect();
        write!(self.text, "[{key}]").expect("a String takes everything");
        mark
    }

    /// Steps back out.
    pub fn leave(&mut self, mark: usize) {
        self.text.truncate(mark);
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}
