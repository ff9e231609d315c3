//! Why something was refused or failed, by meaning. Knows neither the wire nor the database's words.

use std::time::Duration;

use dialtone_db::{DbFault, TxError};
use dialtone_ids::{LocationName, TargetName};
use dialtone_status::{Code, Fault};

/// One variant per meaning.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The resource of this name is not there, said to somebody who may know.
    #[error("{0} not found")]
    NotFound(String),
    /// The customer has a location of this display name.
    #[error("location exists")]
    LocationExists(LocationName),
    /// The customer has its headquarters.
    #[error("headquarters exist")]
    HeadquartersExists(LocationName),
    /// The organization has a target of this display name.
    #[error("target exists")]
    TargetExists(TargetName),
    /// Packages that are not in the catalogue or not for users, by their places in the request.
    #[error("unknown packages")]
    UnknownPackages(Vec<(usize, String)>),
    /// Locations that are not the customer's, by their places in the request.
    #[error("unknown locations")]
    UnknownLocations(Vec<(usize, LocationName)>),
    /// The target is not there, not the customer's, and not its partner's.
    #[error("unknown target")]
    UnknownTarget(TargetName),
    /// Addresses that the customer's users have, by their places in the request.
    #[error("{} users exist", .0.len())]
    UsersExist(Vec<usize>),
    /// Only simulators show a ledger.
    #[error("not a simulator")]
    NotASimulator(TargetName),
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
            | Self::LocationExists(_)
            | Self::HeadquartersExists(_)
            | Self::TargetExists(_)
            | Self::UnknownPackages(_)
            | Self::UnknownLocations(_)
            | Self::UnknownTarget(_)
            | Self::UsersExist(_)
            | Self::NotASimulator(_)
            | Self::BadPageToken
            | Self::Peer(_) => None,
        }
    }
}

/// The reasons of `dialtone.userprovisioning.v1.ErrorReason`; a test holds them against the proto.
pub mod reasons {
    /// See the proto.
    pub const LOCATION_EXISTS: &str = "LOCATION_EXISTS";
    /// See the proto.
    pub const HEADQUARTERS_EXISTS: &str = "HEADQUARTERS_EXISTS";
    /// See the proto.
    pub const UNKNOWN_PACKAGE: &str = "UNKNOWN_PACKAGE";
    /// See the proto.
    pub const UNKNOWN_LOCATION: &str = "UNKNOWN_LOCATION";
    /// See the proto.
    pub const UNKNOWN_TARGET: &str = "UNKNOWN_TARGET";
    /// See the proto.
    pub const USERS_EXIST: &str = "USERS_EXIST";
    /// See the proto.
    pub const TARGET_EXISTS: &str = "TARGET_EXISTS";
    /// See the proto.
    pub const NOT_A_SIMULATOR: &str = "NOT_A_SIMULATOR";
    /// See the proto.
    pub const TARGET_UNAVAILABLE: &str = "TARGET_UNAVAILABLE";
    /// See the proto.
    pub const TARGET_REFUSED: &str = "TARGET_REFUSED";
    /// All of them, in the order of the proto.
    pub const ALL: [&str; 10] = [
        LOCATION_EXISTS,
        HEADQUARTERS_EXISTS,
        UNKNOWN_PACKAGE,
        UNKNOWN_LOCATION,
        UNKNOWN_TARGET,
        USERS_EXIST,
        TARGET_EXISTS,
        NOT_A_SIMULATOR,
        TARGET_UNAVAILABLE,
        TARGET_REFUSED,
    ];
}

/// What an operation shows while its target does not answer. It tries again after `wait` at the earliest.
pub fn target_unavailable(target: TargetName, wait: Duration) -> Fault {
    let text = "The target does not answer; nothing is lost, the operation tries again.";
    Fault::new(Code::Unavailable, reasons::TARGET_UNAVAILABLE, text).with("target", target).retry_after(wait)
}

/// What an operation shows of a person whom the target refused for good; `said` is the target's own text.
pub fn target_refused(target: TargetName, said: &str) -> Fault {
    let text = format!("The target refused the account: {said}");
    Fault::new(Code::FailedPrecondition, reasons::TARGET_REFUSED, text).with("target", target)
}
