//! Calls any method of the suite with messages that are JSON, by the descriptors that the services are built from.

use anyhow::{Context, ensure};
use dialtone_proto::DESCRIPTOR_POOL;
use dialtone_suite::caller::As;
use http::uri::PathAndQuery;
use prost::Message as _;
use prost::bytes::{Buf as _, BufMut as _};
use prost_reflect::{DynamicMessage, MessageDescriptor, MethodDescriptor, SerializeOptions};
use serde::de::DeserializeSeed as _;
use serde_json::Value;
use tokio_stream::StreamExt as _;
use tonic::client::Grpc;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::{Request, Status};

/// A method by the end of its name, `OrganizationService.GetOrganization`.
pub fn method(name: &str) -> anyhow::Result<MethodDescriptor> {
    let mut methods = DESCRIPTOR_POOL.services().flat_map(|service| service.methods().collect::<Vec<_>>());
    let ending = format!(".{name}");
    methods.find(|method| method.full_name().ends_with(&ending)).with_context(|| format!("there is no method {name}"))
}

/// The messages of a request: the items of an array for a stream, else the one message.
pub fn messages(method: &MethodDescriptor, request: &Value) -> anyhow::Result<Vec<DynamicMessage>> {
    let items = match request {
        Value::Array(items) if method.is_client_streaming() => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    items.iter().map(|item| message(&method.input(), item)).collect()
}

fn message(kind: &MessageDescriptor, json: &Value) -> anyhow::Result<DynamicMessage> {
    kind.clone().deserialize(json).with_context(|| format!("{json} is no {}", kind.name()))
}

/// Sends the messages in the wish for a language and awaits the answer; that of a stream is an array.
pub async fn call(
    caller: As,
    language: Option<&MetadataValue<Ascii>>,
    method: &MethodDescriptor,
    messages: Vec<DynamicMessage>,
) -> Result<Value, Status> {
    let path = format!("/{}/{}", method.parent_service().full_name(), method.name());
    let path = PathAndQuery::try_from(path).map_err(|error| Status::internal(error.to_string()))?;
    let mut grpc = Grpc::new(caller);
    grpc.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
    let mut request = Request::new(tokio_stream::iter(messages));
    if let Some(language) = language {
        request.metadata_mut().insert("accept-language", language.clone());
    }
    let codec = JsonCodec(method.output());
    let answers = grpc.streaming(request, path, codec).await?.into_inner();
    let mut answers: Vec<Value> = answers.collect::<Result<_, _>>().await?;
    if method.is_server_streaming() {
        return Ok(Value::Array(answers));
    }
    answers.pop().ok_or_else(|| Status::internal("no answer"))
}

/// Dynamic messages out, JSON in.
struct JsonCodec(MessageDescriptor);

impl Codec for JsonCodec {
    type Encode = DynamicMessage;
    type Decode = Value;
    type Encoder = Out;
    type Decoder = In;

    fn encoder(&mut self) -> Out {
        Out
    }

    fn decoder(&mut self) -> In {
        In(self.0.clone())
    }
}

struct Out;

impl Encoder for Out {
    type Item = DynamicMessage;
    type Error = Status;

    fn encode(&mut self, item: DynamicMessage, out: &mut EncodeBuf<'_>) -> Result<(), Status> {
        out.put_slice(&item.encode_to_vec());
        Ok(())
    }
}

struct In(MessageDescriptor);

impl Decoder for In {
    type Item = Value;
    type Error = Status;

    fn decode(&mut self, bytes: &mut DecodeBuf<'_>) -> Result<Option<Value>, Status> {
        let bytes = bytes.copy_to_bytes(bytes.remaining());
        json(&self.0, &bytes).map(Some).map_err(|error| Status::internal(format!("{error:#}")))
    }
}

/// As the protos name fields; numbers of 64 bits as numbers, what is not set as its default.
fn json(kind: &MessageDescriptor, bytes: &[u8]) -> anyhow::Result<Value> {
    let message = DynamicMessage::decode(kind.clone(), bytes)?;
    let options =
        SerializeOptions::new().use_proto_field_name(true).stringify_64_bit_integers(false).skip_default_fields(false);
    let json = message.serialize_with_options(serde_json::value::Serializer, &options)?;
    ensure!(json.is_object() || json.is_string(), "{} is no object", kind.name());
    Ok(json)
}
