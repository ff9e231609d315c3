//! The messages of an import as options and pieces of a file.

use dialtone_proto::orgfinder::v1::import_organizations_request::Payload;
use dialtone_proto::orgfinder::v1::{ImportMode, ImportOrganizationsRequest};
use dialtone_status::Fault;
use futures::{Stream, StreamExt as _};
use tonic::{Code, Status, Streaming};
use uuid::Uuid;

use super::convert::violation;
use crate::error::Error;
use crate::ops::import_organizations::{Mode, Options};

/// The largest message that the transport takes; a chunk may only be a quarter of it.
const LARGEST_MESSAGE: u64 = 4 * 1024 * 1024;

/// The options, from what came first.
pub(super) fn options(first: Result<Option<ImportOrganizationsRequest>, Status>) -> Result<Options, Error> {
    let first = first.map_err(|status| broken(&status))?.ok_or(Error::ImportOptionsMissing)?;
    let Some(Payload::Options(options)) = &first.payload else {
        return Err(Error::ImportOptionsMissing);
    };
    checked(&first)?;
    Ok(Options {
        mode: match options.mode() {
            ImportMode::Atomic | ImportMode::Unspecified => Mode::Atomic,
            ImportMode::BestEffort => Mode::BestEffort,
        },
        // The proto's rule has let nothing else through.
        request_id: Uuid::try_parse(&options.request_id).ok(),
        validate_only: options.validate_only,
    })
}

/// The file, from what comes after.
pub(super) fn pieces(
    messages: Streaming<ImportOrganizationsRequest>,
) -> impl Stream<Item = Result<Vec<u8>, Error>> + Send {
    messages.map(|message| {
        let message = message.map_err(|status| broken(&status))?;
        checked(&message)?;
        match message.payload {
            Some(Payload::Chunk(chunk)) => Ok(chunk),
            Some(Payload::Options(_)) | None => {
                let description = "may only be sent first; send chunks of the file after it";
                Err(Error::Upload(Fault::invalid_fields([violation("options", "first_only", description)])))
            }
        }
    })
}

fn checked(message: &ImportOrganizationsRequest) -> Result<(), Error> {
    let violations = dialtone_proto::violations(message);
    if violations.is_empty() { Ok(()) } else { Err(Error::Upload(Fault::invalid_fields(violations))) }
}

/// What the transport says of a stream that cannot be read on.
fn broken(status: &Status) -> Error {
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
