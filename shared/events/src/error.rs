//! What a database fault means to somebody who watches.

use std::time::Duration;

use dialtone_db::DbFault;
use dialtone_status::Fault;

/// When to try again while the database is out of reach.
const RETRY: Duration = Duration::from_secs(1);

/// No fault here is the caller's: the queries are ours and take nothing but checked values.
pub(crate) fn fault(fault: DbFault) -> Fault {
    match fault {
        DbFault::DeadlineExceeded => Fault::deadline_exceeded(),
        DbFault::ConnectionLost
        | DbFault::PoolTimeout
        | DbFault::ReadOnly
        | DbFault::LockTimeout
        | DbFault::StatementTimeout
        | DbFault::StalePlan
        | DbFault::Serialization
        | DbFault::Deadlock => Fault::unavailable(RETRY).caused_by(fault),
        DbFault::Unique { .. }
        | DbFault::ForeignKey { .. }
        | DbFault::Check { .. }
        | DbFault::NotNull { .. }
        | DbFault::OutcomeUnknown
        | DbFault::NotFound
        | DbFault::RequestIdReused(_)
        | DbFault::Other(_) => Fault::internal(fault),
    }
}
