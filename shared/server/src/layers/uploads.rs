//! Tells a handler when a stream of requests broke off.

use http::{Request, Response};
use http_body_util::BodyExt as _;
use tonic::{Code, Status, body::Body};

use super::{Around, Next, trace::known};

/// Turns the cancellation of an upload into an error that the handler sees.
///
/// tonic's decoder takes a stream that its client reset for one that ended well: a handler would take half a file for the whole.
#[derive(Clone, Copy, Debug)]
pub struct Uploads;

impl Around for Uploads {
    async fn around<N: Next>(self, request: Request<Body>, next: N) -> Response<Body> {
        let request = match known(&request).method() {
            Some(method) if method.client_streaming => request.map(|body| Body::new(body.map_err(seen))),
            Some(_) | None => request,
        };
        next.run(request).await
    }
}

/// The same status under a code that the decoder does not swallow.
fn seen(status: Status) -> Status {
    match status.code() {
        Code::Cancelled => Status::aborted("the stream of requests broke off"),
        _ => status,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_cancellation_is_changed() {
        assert_eq!(seen(Status::cancelled("reset")).code(), Code::Aborted);
        assert_eq!(seen(Status::internal("x")).code(), Code::Internal);
    }
}
