//! Enforcement of the rules that the protos declare with `buf.validate`.
//!
//! Every message of the suite implements [`Validate`]; the implementations are generated at build time and call the
//! checks of [`check`]. They report every violation, never only the first, and a description never repeats what was
//! sent: it may be secret, huge or hostile.
//!
//! Beside the declared rules, a request with `update_mask` has two of its own: the mask names fields of the resource,
//! and rules of fields that the mask leaves out do not apply (but those of `name` and `etag` do).

#[doc(hidden)]
pub mod check;
mod foreign;
mod path;
mod text;

#[cfg(test)]
mod tests;

pub use path::Path;

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
    /// What is wrong and what to do about it, for people.
    pub description: String,
}

/// Every broken rule of a request; empty if it may be worked on.
pub fn violations<M: Validate>(message: &M) -> Vec<Violation> {
    let mut out = Vec::new();
    message.validate(&mut Path::default(), &mut out);
    out
}
