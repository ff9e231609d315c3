//! One broken rule of one field.

/// A field that breaks a rule of the request's proto.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Path from the request: `organization.domains[2]`.
    pub field: String,
    /// The rule's id: `string.email`.
    pub rule: &'static str,
    /// What is wrong and how to put it right.
    pub description: String,
}
