//! Enforcement of the rules that the protos declare with `buf.validate`.
//!
//! The implementations are generated at build time; each reports every violation, never only the first.

/// A message with rules.
pub trait Validate {
    /// Adds every broken rule of this message, which lies at `path`, to `out`.
    fn validate(&self, path: &mut Path, out: &mut Vec<Violation>);
}

/// A broken rule of one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// Proto path of the field from the request: `organization.domains[3].name`.
    pub field: String,
    /// Name of the rule, e.g. `string.email`: stable, for programs.
    pub rule: &'static str,
    /// What is wrong and what to do about it, for people. Never repeats what was sent.
    pub description: String,
}

/// Every broken rule of a request; empty if it may be worked on.
pub fn violations<M: Validate>(message: &M) -> Vec<Violation> {
    let mut out = Vec::new();
    message.validate(&mut Path::default(), &mut out);
    out
}

/// Where in a request a message lies.
#[derive(Debug, Default)]
pub struct Path {
    text: String,
}

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

    /// Steps back out.
    pub fn leave(&mut self, mark: usize) {
        self.text.truncate(mark);
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

include!(concat!(env!("OUT_DIR"), "/validate.rs"));
