//! Why an operation of this service was refused or failed, by meaning. Knows neither the wire nor the database's words.

use dialtone_db::{DbFault, TxError};
use dialtone_ids::{OrganizationId, TemplateName};
use dialtone_status::Fault;
use uuid::Uuid;

/// One variant per meaning.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The template is not there, said to somebody who may know.
    #[error("template not found")]
    NotFound(TemplateName),
    /// The template changed since it was read.
    #[error("template changed since it was read")]
    Stale(TemplateName),
    /// Templates belong to partners.
    #[error("not a partner")]
    NotAPartner(OrganizationId),
    /// There is nothing new since the newest revision.
    #[error("nothing to submit")]
    NothingToSubmit { template: TemplateName, revision: i32 },
    /// An id that nobody may resolve, or that does not exist.
    #[error("provisioning id is not the caller's")]
    UnknownProvisioningId,
    /// The page token is of another list, or altered.
    #[error("bad page token")]
    BadPageToken,
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
            Self::NotFound(_)
            | Self::Stale(_)
            | Self::NotAPartner(_)
            | Self::NothingToSubmit { .. }
            | Self::UnknownProvisioningId
            | Self::BadPageToken
            | Self::Peer(_) => None,
        }
    }

    fn request_id_reused(id: Uuid) -> Self {
        Self::Db(DbFault::RequestIdReused(id))
    }
}
