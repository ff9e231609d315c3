//! Why an operation of this service was refused or failed, by meaning. Knows neither the wire nor the database's words.

use dialtone_db::{DbFault, TxError};
use dialtone_ids::{OrderId, OrganizationId};
use dialtone_status::{Fault, Violation};
use uuid::Uuid;

use crate::model::case::Refusal;

/// One variant per meaning.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The case is not there any more, or not visible.
    #[error("not found")]
    NotFound,
    /// The resource changed since it was read; carries its name.
    #[error("{0} changed since it was read")]
    Stale(String),
    /// The seller has an order of this number.
    #[error("order {0} exists")]
    OrderExists(String),
    /// The link is none of ours, or altered.
    #[error("link is none of ours")]
    LinkInvalid,
    #[error("link was used")]
    LinkUsed(OrderId),
    #[error("link expired")]
    LinkExpired(OrderId),
    #[error("link was replaced")]
    LinkReplaced(OrderId),
    /// The case does not stand where this is possible.
    #[error("refused: {0:?}")]
    Refused(Refusal),
    /// The organization has not the role PARTNER.
    #[error("{0} is not a partner")]
    NotAPartner(OrganizationId),
    /// The new organization looks like these.
    #[error("looks like existing organizations")]
    LooksLikeExisting(String),
    /// Another service found fields that break a rule.
    #[error("invalid fields")]
    Invalid(Vec<Violation>),
    /// The page token is of another list, or altered.
    #[error("bad page token")]
    BadPageToken,
    /// Everything is checked but the organization, which another service has to say. Never leaves `ops`.
    #[error("the organization is not chosen yet")]
    NotChosen,
    /// Another service refused or did not answer.
    #[error("peer: {0}")]
    Peer(Fault),
    /// The database failed.
    #[error("database: {0}")]
    Db(DbFault),
}

impl TxError for Error {
    fn from_fault(fault: DbFault) -> Self {
        Self::Db(fault)
    }

    fn fault(&self) -> Option<&DbFault> {
        match self {
            Self::Db(fault) => Some(fault),
            Self::NotFound
            | Self::Stale(_)
            | Self::OrderExists(_)
            | Self::LinkInvalid
            | Self::LinkUsed(_)
            | Self::LinkExpired(_)
            | Self::LinkReplaced(_)
            | Self::Refused(_)
            | Self::NotAPartner(_)
            | Self::LooksLikeExisting(_)
            | Self::Invalid(_)
            | Self::BadPageToken
            | Self::NotChosen
            | Self::Peer(_) => None,
        }
    }

    fn request_id_reused(id: Uuid) -> Self {
        Self::Db(DbFault::RequestIdReused(id))
    }
}
