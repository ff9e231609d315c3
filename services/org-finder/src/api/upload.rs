//! What holds for the messages of every client stream.

use dialtone_proto::Validate;
use dialtone_status::Fault;
use tonic::{Code, Status};

use crate::error::Error;

/// The largest message that the transport takes.
const LARGEST_MESSAGE: u64 = 4 * 1024 * 1024;

/// Refuses a message that breaks a rule of the proto.
pub(super) fn checked<M: Validate>(message: &M) -> Result<(), Error> {
    let violations = dialtone_proto::violations(message);
    if violations.is_empty() { Ok(()) } else { Err(Error::Upload(Fault::invalid_fields(violations))) }
}

/// What the transport says of a stream that cannot be read on.
pub(super) fn broken(status: &Status) -> Error {
    let fault = match status.code() {
        Code::OutOfRange | Code::ResourceExhausted => Fault::message_too_large(LARGEST_MESSAGE),
        Code::DeadlineExceeded => Fault::deadline_exceeded(),
        Code::Internal | Code::InvalidArgument | Code::Unimplemented => Fault::malformed_message(),
        Code::Ok
        | Code::Cancelled
        | Code::Unknown
        | Code::NotFound
        | Code::AlreadyExists
        | Code::PermissionDenied
        | Code::FailedPrecondition
        | Code::Aborted
        | Code::Unavailable
        | Code::DataLoss
        | Code::Unauthenticated => Fault::cancelled(),
    };
    Error::Upload(fault.caused_by(format!("{:?}: {}", status.code(), status.message())))
}
