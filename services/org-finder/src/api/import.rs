//! The messages of an import as options and pieces of a file.

use dialtone_proto::orgfinder::v1::import_organizations_request::Payload;
use dialtone_proto::orgfinder::v1::{ImportMode, ImportOrganizationsRequest};
use dialtone_status::Fault;
use futures::{Stream, StreamExt as _};
use tonic::{Status, Streaming};
use uuid::Uuid;

use super::convert::violation;
use super::upload::{broken, checked};
use crate::error::Error;
use crate::ops::import_organizations::{Mode, Options};

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
