//! Gives every error its `google.rpc.ErrorInfo`, and its text in the caller's language.

use std::{
    sync::Arc,
    task::{Context, Poll, ready},
};

use dialtone_ids::ServiceName;
use dialtone_status::{Locale, Status, Untyped, localize, localize_response, normalise, normalise_response};
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use tonic::body::Body;

use super::{Around, Next, trace::known};
use crate::body::{self, Filter, Polled};

/// Replaces the transport's bare errors, in headers or trailers, by typed ones of the service's domain. What they said goes to the
/// log only. The one place that adds `google.rpc.LocalizedMessage`: whatever is below says its errors in English.
#[derive(Clone, Copy, Debug)]
pub struct Normalise {
    /// Whose domain untyped errors get.
    pub service: ServiceName,
}

impl Around for Normalise {
    async fn around<N: Next>(self, request: Request<Body>, next: N) -> Response<Body> {
        let info = known(&request);
        let words = Words { domain: self.service.error_domain(), request: info.id().into(), locale: info.locale() };
        let mut response = next.run(request).await;
        if body::is_refusal(&response) {
            let replaced = normalise_response(&mut response, words.domain, &words.request);
            report(replaced, &words.request);
            localize_response(&mut response, words.locale);
            return response;
        }
        body::filtered(response, words)
    }
}

struct Words {
    domain: &'static str,
    request: Arc<str>,
    locale: Locale,
}

impl Words {
    fn typed(&self, trailers: &mut HeaderMap) {
        report(normalise(trailers, self.domain, &self.request), &self.request);
        localize(trailers, self.locale);
    }
}

impl Filter for Words {
    fn poll(&mut self, inner: &mut Body, cx: &mut Context<'_>) -> Polled {
        let frame = match ready!(body::pass(inner, cx)) {
            Some(Ok(mut frame)) => {
                if let Some(trailers) = frame.trailers_mut() {
                    self.typed(trailers);
                }
                frame
            }
            // A failed body would reset the stream, and the caller learn nothing.
            Some(Err(status)) => self.failed(inner, &status),
            None => return Poll::Ready(None),
        };
        Poll::Ready(Some(Ok(frame)))
    }
}

impl Words {
    fn failed(&self, inner: &mut Body, status: &Status) -> Frame<bytes::Bytes> {
        *inner = Body::empty();
        let mut trailers = body::trailers(status);
        self.typed(&mut trailers);
        Frame::trailers(trailers)
    }
}

fn report(replaced: Option<Untyped>, request: &str) {
    if let Some(Untyped { code, message }) = replaced {
        tracing::info!(?code, message, request, "an untyped error became a typed one");
    }
}
