//! What an outside system is told of a person, and what a simulated one remembers.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A person as an account on a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Mail address, in lower case.
    pub email: String,
    /// First and last name.
    pub display_name: String,
}

/// An account in a simulator's own ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerAccount {
    /// Mail address.
    pub email: String,
    /// Name it was created with.
    pub display_name: String,
    /// Creations in effect; more than 1 is a person created twice.
    pub creation_count: i64,
    /// Calls received for it.
    pub call_count: i64,
    /// When it was first created.
    pub created: DateTime<Utc>,
}
