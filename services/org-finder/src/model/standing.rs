//! Whether an organization is still one, and what became of it.

use dialtone_ids::OrganizationId;

/// What became of an organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is one.
    Live,
    /// It was deleted.
    Deleted,
    /// It is gone, and everything of it is this one's.
    Merged(OrganizationId),
}
