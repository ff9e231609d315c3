//! From a request message to what the idempotency rows store of it.

use bytes::Buf as _;
use dialtone_authz::Ctx;
use dialtone_db::Mutation;
use dialtone_proto::{DESCRIPTOR_POOL, Method};
use dialtone_status::{Fault, Violation};
use prost::{
    Message,
    encoding::{DecodeContext, decode_key, skip_field},
};

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// Fields that say how to treat a request and not what it asks for.
const NOT_ASKED: [&str; 2] = ["request_id", "validate_only"];

/// The mutation that `request` asks for, under its `request_id` (empty for none). Two requests are the same if they are equal in
/// everything but `request_id` and `validate_only`. `request` is the request message of the context's method.
///
/// Request ids belong to the caller itself, whoever it acts for: a service repeats a step under the same key even if another person
/// resumed it.
pub fn mutation<M: Message>(ctx: &Ctx, request: &M, request_id: &str, validate_only: bool) -> Result<Mutation, Fault> {
    let request_id = match request_id {
        "" => None,
        text => Some(Uuid::try_parse(text).map_err(|_| bad_request_id())?),
    };
    Ok(Mutation {
        method: ctx.method.path,
        caller: ctx.caller.key(),
        request_id,
        body_hash: body_hash(ctx.method, request),
        validate_only,
    })
}

fn bad_request_id() -> Fault {
    Fault::invalid_fields([Violation {
        field: "request_id".to_owned(),
        rule: "string.uuid",
        description: "must be a UUID, or empty".to_owned(),
    }])
}

/// SHA-256 of the encoded message without [`NOT_ASKED`]. Generated messages keep maps sorted and encode fields in order, so equal
/// messages have equal encodings.
fn body_hash<M: Message>(method: &Method, request: &M) -> [u8; 32] {
    let descriptor = DESCRIPTOR_POOL.get_message_by_name(method.request);
    let number = |name| Some(descriptor.as_ref()?.get_field_by_name(name)?.number());
    let left_out = NOT_ASKED.map(number);
    let encoded = request.encode_to_vec();
    let mut rest = encoded.as_slice();
    let mut hash = Sha256::new();
    while rest.has_remaining() {
        let field = rest;
        let number = skip_next(&mut rest);
        if !left_out.contains(&Some(number)) {
            hash.update(&field[..field.len() - rest.len()]);
        }
    }
    hash.finalize().into()
}

/// Steps over one top-level field; its number.
fn skip_next(rest: &mut &[u8]) -> u32 {
    let own = "an encoding made here is well-formed";
    let (number, wire) = decode_key(rest).expect(own);
    skip_field(wire, number, rest, DecodeContext::default()).expect(own);
    number
}
