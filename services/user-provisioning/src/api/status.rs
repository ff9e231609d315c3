//! What each error of the service is on the wire: code, reason and metadata as `error_reason.proto` documents them.

use std::collections::BTreeSet;
use std::time::Duration;

use dialtone_db::DbFault;
use dialtone_status::{Code, Fault};

use crate::error::{Error, reasons};

/// How long a caller is told to wait while the database is away.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// Names listed in one metadata value; the violations name every row.
const LISTED: usize = 20;

/// The fault of an error.
pub(super) fn fault(error: Error) -> Fault {
    match error {
        Error::NotFound(name) => Fault::not_found(name),
        Error::LocationExists(name) => {
            let text = "The customer has a location of this display name; take another, or use that location.";
            Fault::new(Code::AlreadyExists, reasons::LOCATION_EXISTS, text).with("location", name)
        }
        Error::HeadquartersExists(name) => {
            let text = "The customer has its headquarters; create a branch, or use that location.";
            Fault::new(Code::AlreadyExists, reasons::HEADQUARTERS_EXISTS, text).with("location", name)
        }
        Error::TargetExists(name) => {
            let text = "The organization has a target of this display name; take another, or use that target.";
            Fault::new(Code::AlreadyExists, reasons::TARGET_EXISTS, text).with("target", name)
        }
        Error::UnknownPackages(rows) => {
            let text = "Some packages are not in the catalogue, or are no base packages for users.";
            let rows = rows.into_iter().map(|(place, id)| (place, format!("packages/{id}"))).collect();
            let remedy = "take a base package for users from ListPackages";
            rows_fault(
                Fault::new(Code::InvalidArgument, reasons::UNKNOWN_PACKAGE, text),
                "packages",
                "package",
                rows,
                remedy,
            )
        }
        Error::UnknownLocations(rows) => {
            let text = "Some locations are not the customer's.";
            let rows = rows.into_iter().map(|(place, name)| (place, name.to_string())).collect();
            let remedy = "take one from ListLocations of the customer";
            rows_fault(
                Fault::new(Code::InvalidArgument, reasons::UNKNOWN_LOCATION, text),
                "locations",
                "location",
                rows,
                remedy,
            )
        }
        Error::UnknownTarget(name) => {
            let text =
                "The target is not the customer's, nor that of the partner through which you reach the customer.";
            Fault::new(Code::FailedPrecondition, reasons::UNKNOWN_TARGET, text).with("target", name)
        }
        Error::UsersExist(places) => users_exist(&places),
        Error::NotASimulator(name) => {
            let text = "Only simulators show a ledger.";
            Fault::new(Code::FailedPrecondition, reasons::NOT_A_SIMULATOR, text).with("target", name)
        }
        Error::BadPageToken => Fault::invalid_page_token(),
        Error::Peer(fault) => fault,
        Error::Db(fault) => database(fault),
    }
}

fn rows_fault(fault: Fault, key: &'static str, field: &str, rows: Vec<(usize, String)>, remedy: &str) -> Fault {
    let names: BTreeSet<&str> = rows.iter().map(|(_, name)| name.as_str()).collect();
    let listed: Vec<&str> = names.into_iter().take(LISTED).collect();
    let fault = fault.with(key, listed.join(","));
    rows.iter().fold(fault, |fault, (place, _)| fault.violation(format!("users[{place}].{field}"), "known", remedy))
}

fn users_exist(places: &[usize]) -> Fault {
    let text = "The customer has users with some of these addresses; nobody was created.";
    let fault = Fault::new(Code::AlreadyExists, reasons::USERS_EXIST, text).with("count", places.len());
    let remedy = "leave out, or give the person another address";
    places.iter().fold(fault, |fault, place| fault.violation(format!("users[{place}].email"), "new", remedy))
}

/// What a database fault means where the op gave it no meaning of its own.
fn database(fault: DbFault) -> Fault {
    match fault {
        DbFault::RequestIdReused(id) => Fault::request_id_reused(id),
        DbFault::Serialization | DbFault::Deadlock | DbFault::LockTimeout => Fault::conflict().caused_by(fault),
        DbFault::DeadlineExceeded | DbFault::OutcomeUnknown => Fault::deadline_exceeded().caused_by(fault),
        DbFault::PoolTimeout
        | DbFault::ConnectionLost
        | DbFault::ReadOnly
        | DbFault::StalePlan
        | DbFault::StatementTimeout => Fault::unavailable(RETRY_AFTER).caused_by(fault),
        DbFault::Unique { .. }
        | DbFault::ForeignKey { .. }
        | DbFault::Check { .. }
        | DbFault::NotNull { .. }
        | DbFault::NotFound
        | DbFault::Other(_) => Fault::internal(fault),
    }
}
