//! Packages of the catalogue.

/// What a customer or a user is entitled to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// Stable id, e.g. `webex_calling`.
    pub id: String,
    pub for_customers: bool,
    pub for_users: bool,
    /// A user has exactly one base package.
    pub base: bool,
    /// At least one of these must be there too; empty for no condition.
    pub needs_one_of: Vec<String>,
}

/// Who may have a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    Customers,
    Users,
}
