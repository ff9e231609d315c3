//! Response bodies with something in between: a deadline, a permit, a normaliser, somebody who wants to know how it ended.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use dialtone_status::{Fault, Status, error_info, to_status};
use http::{HeaderMap, Response};
use http_body::{Body as _, Frame, SizeHint};
use tonic::{Code, body::Body};

/// One frame of a body, or its end, or its failure.
pub(crate) type Polled = Poll<Option<Result<Frame<Bytes>, Status>>>;

/// Stands between a body and whoever reads it.
pub(crate) trait Filter: Send + Unpin + 'static {
    /// Polls the body on behalf of the reader. A filter that ends the body early puts an empty one in its place.
    fn poll(&mut self, inner: &mut Body, cx: &mut Context<'_>) -> Polled;
}

/// A body seen through a filter.
struct Filtered<F> {
    inner: Body,
    filter: F,
}

/// Puts a filter before the response's body.
pub(crate) fn filtered(response: Response<Body>, filter: impl Filter) -> Response<Body> {
    response.map(|inner| Body::new(Filtered { inner, filter }))
}

impl<F: Filter> http_body::Body for Filtered<F> {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        let this = &mut *self;
        this.filter.poll(&mut this.inner, cx)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        // Any filter may end the body early, so only an empty one has a known size.
        if self.inner.is_end_stream() { SizeHint::with_exact(0) } else { SizeHint::default() }
    }
}

/// Polls the inner body as it is.
pub(crate) fn pass(inner: &mut Body, cx: &mut Context<'_>) -> Polled {
    Pin::new(inner).poll_frame(cx)
}

/// The last frame of a body that ends with this fault. The body itself is dropped.
pub(crate) fn end_with(inner: &mut Body, fault: Fault, domain: &str) -> Polled {
    *inner = Body::empty();
    Poll::Ready(Some(Ok(Frame::trailers(trailers(&to_status(fault, domain))))))
}

/// A status as trailers.
pub(crate) fn trailers(status: &Status) -> HeaderMap {
    let mut map = HeaderMap::new();
    // Fails on a value that is no header text only: messages are percent-encoded and details base64.
    let _ = status.add_header(&mut map);
    map
}

/// A response that is only a fault, in the given error domain.
pub fn refuse(fault: Fault, domain: &str) -> Response<Body> {
    to_status(fault, domain).into_http()
}

/// Whether the response is an error without a body.
pub(crate) fn is_refusal(response: &Response<Body>) -> bool {
    response.headers().contains_key(Status::GRPC_STATUS)
}

/// How a call ended.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Code,
    /// `ErrorInfo.reason`; empty for OK.
    pub(crate) reason: String,
}

impl Outcome {
    /// Nobody waited for the end.
    fn abandoned() -> Self {
        Self { code: Code::Cancelled, reason: "CANCELLED".to_owned() }
    }

    fn of(headers: &HeaderMap) -> Option<Self> {
        Status::from_header_map(headers).map(|status| Self::of_status(&status))
    }

    fn of_status(status: &Status) -> Self {
        Self { code: status.code(), reason: error_info(status).map(|info| info.reason).unwrap_or_default() }
    }
}

/// Tells `f` once how a call ended: by trailers, by headers alone, or by being dropped before its end.
pub(crate) struct OnEnd<F: FnOnce(Outcome)>(Option<F>);

impl<F: FnOnce(Outcome) + Send + Unpin + 'static> OnEnd<F> {
    /// Begins to watch, before there is a response.
    pub(crate) fn new(f: F) -> Self {
        Self(Some(f))
    }

    /// Goes on watching the response's body.
    pub(crate) fn follow(mut self, response: Response<Body>) -> Response<Body> {
        if let Some(outcome) = Outcome::of(response.headers()) {
            self.tell(outcome);
            return response;
        }
        if response.body().is_end_stream() {
            // A plain HTTP answer, as the gateway gives to JSON clients.
            self.tell(by_http(response.status()));
            return response;
        }
        filtered(response, self)
    }

    fn tell(&mut self, outcome: Outcome) {
        if let Some(f) = self.0.take() {
            f(outcome);
        }
    }
}

impl<F: FnOnce(Outcome)> Drop for OnEnd<F> {
    fn drop(&mut self) {
        if let Some(f) = self.0.take() {
            f(Outcome::abandoned());
        }
    }
}

impl<F: FnOnce(Outcome) + Send + Unpin + 'static> Filter for OnEnd<F> {
    fn poll(&mut self, inner: &mut Body, cx: &mut Context<'_>) -> Polled {
        let polled = pass(inner, cx);
        match &polled {
            Poll::Ready(Some(Ok(frame))) => {
                if let Some(outcome) = frame.trailers_ref().and_then(Outcome::of) {
                    self.tell(outcome);
                } else if inner.is_end_stream() {
                    self.tell(by_http(http::StatusCode::OK));
                }
            }
            Poll::Ready(Some(Err(status))) => self.tell(Outcome::of_status(status)),
            Poll::Ready(None) => self.tell(by_http(http::StatusCode::OK)),
            Poll::Pending => {}
        }
        polled
    }
}

fn by_http(status: http::StatusCode) -> Outcome {
    Outcome { code: if status.is_success() { Code::Ok } else { Code::Unknown }, reason: String::new() }
}
