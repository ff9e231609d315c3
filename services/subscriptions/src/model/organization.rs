//! Organizations as mapping sees them; org-finder owns them.

use dialtone_ids::OrganizationId;

/// What an organization is in an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Partner,
    Customer,
}

/// What is known of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    pub display_name: String,
    pub roles: Vec<Role>,
}

/// One to be created; the mapping gives its role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub display_name: String,
    /// Number of the proto's enum: this service only passes it on.
    pub vertical: i32,
    pub region_code: String,
    pub domains: Vec<String>,
}

/// What a mapping asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// One that exists.
    Existing(OrganizationId),
    /// A new one, `allow_duplicate` even if it looks like an existing one.
    New { draft: Draft, allow_duplicate: bool },
}

/// What a mapping got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chosen {
    pub organization: OrganizationId,
    /// Whether the mapping created it.
    pub created: bool,
}
