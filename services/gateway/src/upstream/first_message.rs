//! Services that every process has for itself are routed by what the first message names. It is read, and then passed
//! on byte for byte with the rest.

use std::{future::poll_fn, pin::Pin};

use bytes::{Buf as _, Bytes, BytesMut};
use dialtone_ids::ServiceName;
use dialtone_status::{Fault, Violation};
use http_body::Body;
use prost::Message;

/// A service that every process has for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BySharedService {
    /// `google.longrunning.Operations`: by the operation's name.
    Operations,
    /// `dialtone.operations.v1.OperationControlService`: by the operation's name.
    OperationControl,
    /// `dialtone.events.v1.EventService`: by the filter.
    Events,
}

/// A gRPC frame begins with a flag for compression and four bytes of length.
const PREFIX: usize = 5;

/// What was read of a body, to be passed on before the rest.
#[derive(Debug, Default)]
pub struct Buffered {
    /// Chunks as they came.
    pub chunks: Vec<Bytes>,
}

/// Only the field that names the operation; everything else is skipped, not decoded.
#[derive(Clone, PartialEq, Message)]
struct OperationRequest {
    #[prost(string, tag = "1")]
    name: String,
}

/// `ListOperations` numbers its fields differently.
#[derive(Clone, PartialEq, Message)]
struct ListOperationsRequest {
    #[prost(string, tag = "4")]
    name: String,
}

#[derive(Clone, PartialEq, Message)]
struct WatchRequest {
    #[prost(message, optional, tag = "2")]
    filter: Option<Filter>,
}

#[derive(Clone, PartialEq, Message)]
struct Filter {
    #[prost(string, tag = "1")]
    service: String,
}

impl BySharedService {
    /// The shared service of that full name.
    pub(super) fn named(service: &str) -> Option<Self> {
        match service {
            "google.longrunning.Operations" => Some(Self::Operations),
            "dialtone.operations.v1.OperationControlService" => Some(Self::OperationControl),
            "dialtone.events.v1.EventService" => Some(Self::Events),
            _ => None,
        }
    }

    /// The process that the message of a call to `path` names. INVALID_ARGUMENT if it names none; NOT_FOUND for an
    /// operation of a service that does not exist.
    pub fn process(self, path: &str, message: Bytes) -> Result<ServiceName, Fault> {
        let malformed = |_| Fault::malformed_message();
        match self {
            Self::Operations if path.ends_with("/ListOperations") => {
                let name = ListOperationsRequest::decode(message).map_err(malformed)?.name;
                process_of_list(&name)
            }
            Self::Operations | Self::OperationControl => {
                let name = OperationRequest::decode(message).map_err(malformed)?.name;
                process_of_operation(&name)
            }
            Self::Events => {
                let filter = WatchRequest::decode(message).map_err(malformed)?.filter;
                process_of_events(&filter.unwrap_or_default().service)
            }
        }
    }
}

/// `operations/{service}/{id}`.
fn process_of_operation(name: &str) -> Result<ServiceName, Fault> {
    let service = name
        .strip_prefix("operations/")
        .and_then(|rest| rest.split_once('/'))
        .filter(|(_, id)| !id.is_empty())
        .map(|(service, _)| service)
        .ok_or_else(|| {
            invalid("name", "operation.name", "give operations/{service}/{id}, as the call that began it did")
        })?;
    known(service).ok_or_else(|| Fault::not_found(name))
}

/// `operations/{service}`: a list is of one process, because each pages its own.
fn process_of_list(name: &str) -> Result<ServiceName, Fault> {
    name.strip_prefix("operations/").and_then(known).ok_or_else(|| {
        let one_of = "give operations/{service}, with org-finder, templates, subscriptions or user-provisioning";
        invalid("name", "operations.collection", one_of)
    })
}

fn process_of_events(service: &str) -> Result<ServiceName, Fault> {
    known(service).ok_or_else(|| {
        let one_of = "name org-finder, templates, subscriptions or user-provisioning";
        invalid("filter.service", "service.known", one_of)
    })
}

fn known(service: &str) -> Option<ServiceName> {
    service.parse().ok().filter(|name| *name != ServiceName::Gateway)
}

fn invalid(field: &str, rule: &'static str, remedy: &str) -> Fault {
    Fault::invalid_fields([Violation { field: field.to_owned(), rule, description: remedy.to_owned() }])
}

/// Why there is no first message.
pub enum ReadError<E> {
    /// The caller is to be told.
    Fault(Fault),
    /// The body failed.
    Body(E),
}

/// Reads the first message of a gRPC body. The size of messages is limited by the body itself.
pub async fn read<B>(body: &mut B) -> Result<(Bytes, Buffered), ReadError<B::Error>>
where
    B: Body<Data = Bytes> + Unpin,
{
    let mut buffered = Buffered::default();
    let mut seen = 0;
    let mut wanted = PREFIX;
    while seen < wanted {
        let frame = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await;
        let frame = frame.ok_or_else(|| ReadError::Fault(Fault::malformed_message()))?;
        let Ok(chunk) = frame.map_err(ReadError::Body)?.into_data() else { continue };
        seen += chunk.len();
        buffered.chunks.push(chunk);
        if let Some(prefix) = prefix(&buffered.chunks) {
            wanted = PREFIX + message_length(prefix)?;
        }
    }
    Ok((message(&buffered.chunks, wanted), buffered))
}

fn prefix(chunks: &[Bytes]) -> Option<[u8; PREFIX]> {
    let mut bytes = chunks.iter().flatten();
    let mut prefix = [0; PREFIX];
    for byte in &mut prefix {
        *byte = *bytes.next()?;
    }
    Some(prefix)
}

fn message_length<E>([flag, a, b, c, d]: [u8; PREFIX]) -> Result<usize, ReadError<E>> {
    if flag != 0 {
        // We offer no encoding, so a client that compresses without asking breaks the protocol.
        return Err(ReadError::Fault(Fault::malformed_message()));
    }
    usize::try_from(u32::from_be_bytes([a, b, c, d])).map_err(|_| ReadError::Fault(Fault::malformed_message()))
}

/// The message without its prefix; shared with the chunk where one holds it all, as is the rule.
fn message(chunks: &[Bytes], end: usize) -> Bytes {
    match chunks {
        [only] => only.slice(PREFIX..end),
        several => {
            let mut whole = BytesMut::new();
            several.iter().for_each(|chunk| whole.extend_from_slice(chunk));
            whole.truncate(end);
            whole.advance(PREFIX);
            whole.freeze()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use dialtone_status::Code;
    use futures::executor::block_on;
    use http_body::Frame;
    use http_body_util::StreamBody;
    use std::convert::Infallible;

    const GET: &str = "/google.longrunning.Operations/GetOperation";

    fn frame(message: &impl Message) -> Vec<u8> {
        let mut bytes = vec![0];
        bytes.extend((message.encoded_len() as u32).to_be_bytes());
        bytes.extend(message.encode_to_vec());
        bytes
    }

    fn read_in_pieces(bytes: &[u8], size: usize) -> Option<(Bytes, Vec<u8>)> {
        let chunks: Vec<_> =
            bytes.chunks(size).map(|c| Ok::<_, Infallible>(Frame::data(Bytes::copy_from_slice(c)))).collect();
        let mut body = StreamBody::new(futures::stream::iter(chunks));
        let (message, buffered) = block_on(read(&mut body)).ok()?;
        Some((message, buffered.chunks.concat()))
    }

    #[test]
    fn the_first_message_is_read_in_whatever_pieces_it_comes() {
        let request = OperationRequest { name: "operations/templates/x".to_owned() };
        let mut bytes = frame(&request);
        let first = bytes.len();
        bytes.extend(frame(&request));
        for size in 1..=bytes.len() {
            let (message, passed_on) = read_in_pieces(&bytes, size).expect("complete");
            assert_eq!(OperationRequest::decode(message), Ok(request.clone()));
            assert!(passed_on.len() >= first && bytes.starts_with(&passed_on));
        }
    }

    #[test]
    fn what_breaks_off_or_is_compressed_is_no_message() {
        let bytes = frame(&OperationRequest { name: "n".to_owned() });
        assert!(read_in_pieces(&bytes[..bytes.len() - 1], 4).is_none());
        assert!(read_in_pieces(&[], 4).is_none());
        assert!(read_in_pieces(&[1, 0, 0, 0, 0], 5).is_none());
        assert_eq!(read_in_pieces(&[0, 0, 0, 0, 0], 5).expect("an empty message").0, "");
    }

    #[test]
    fn an_operation_goes_to_the_process_in_its_name() {
        let process = |name: &str| {
            let message = OperationRequest { name: name.to_owned() }.encode_to_vec();
            BySharedService::Operations.process(GET, message.into()).map_err(|f| f.code)
        };
        assert_eq!(process("operations/user-provisioning/1"), Ok(ServiceName::UserProvisioning));
        assert_eq!(process("operations/gateway/1"), Err(Code::NotFound));
        assert_eq!(process("operations/elsewhere/1"), Err(Code::NotFound));
        for bad in ["", "operations", "operations/templates", "operations/templates/", "orders/1"] {
            assert_eq!(process(bad), Err(Code::InvalidArgument), "{bad}");
        }
    }

    #[test]
    fn a_list_and_a_watch_name_their_process() {
        let list = |name: &str| {
            let message = ListOperationsRequest { name: name.to_owned() }.encode_to_vec();
            let path = "/google.longrunning.Operations/ListOperations";
            BySharedService::Operations.process(path, message.into()).map_err(|f| f.code)
        };
        assert_eq!(list("operations/org-finder"), Ok(ServiceName::OrgFinder));
        assert_eq!(list("operations"), Err(Code::InvalidArgument));

        let watch = |filter: Option<&str>| {
            let filter = filter.map(|service| Filter { service: service.to_owned() });
            let message = WatchRequest { filter }.encode_to_vec();
            BySharedService::Events.process("", message.into()).map_err(|f| f.code)
        };
        assert_eq!(watch(Some("subscriptions")), Ok(ServiceName::Subscriptions));
        assert_eq!(watch(Some("")), Err(Code::InvalidArgument));
        assert_eq!(watch(None), Err(Code::InvalidArgument));
    }
}
