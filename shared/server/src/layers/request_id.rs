//! Names the request, and learns what everybody needs to know of it.

use dialtone_status::wanted_locale;
use http::{HeaderName, HeaderValue, Request, Response};
use tonic::body::Body;
use uuid::Uuid;

use super::{Around, Next};
use crate::context::{RequestInfo, single};

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// Longer ids are not taken: they go into every log line and history row.
const MAX_LENGTH: usize = 64;

/// Takes the caller's `x-request-id` if it is a short plain word, else makes one; says it in the response and to the other layers.
#[derive(Clone, Copy, Debug)]
pub struct RequestId;

impl Around for RequestId {
    async fn around<N: Next>(self, mut request: Request<Body>, next: N) -> Response<Body> {
        let given = single(request.headers(), HEADER.as_str()).filter(|id| is_sane(id));
        let id = given.map_or_else(|| Uuid::now_v7().to_string(), str::to_owned);
        let header = HeaderValue::from_str(&id).expect("letters, digits and -._ only");
        let info = RequestInfo::new(id, request.uri().path(), wanted_locale(request.headers()));
        request.headers_mut().insert(HEADER, header.clone());
        request.extensions_mut().insert(info);
        let mut response = next.run(request).await;
        response.headers_mut().insert(HEADER, header);
        response
    }
}

fn is_sane(id: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
    (1..=MAX_LENGTH).contains(&id.len()) && id.chars().all(plain)
}
