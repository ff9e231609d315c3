//! The body of an answer: passes frames on as they come and keeps the call counted until it ends.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use h2::{Reason, RecvStream};
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use tokio::task::AbortHandle;

use super::pool::{InFlight, Pool};

/// A call in flight: counted on its connection, its outcome recorded once.
pub(crate) struct Call {
    in_flight: InFlight,
    pool: Arc<Pool>,
    judged: bool,
}

impl Call {
    pub(crate) fn new(in_flight: InFlight, pool: Arc<Pool>) -> Self {
        Self { in_flight, pool, judged: false }
    }

    /// Records that the address answered.
    pub(crate) fn succeeded(&mut self) {
        if !std::mem::replace(&mut self.judged, true) {
            self.in_flight.endpoint().succeeded();
        }
    }

    /// Records that the address did not answer as a working one does.
    pub(crate) fn failed(&mut self) {
        if !std::mem::replace(&mut self.judged, true) {
            self.pool.record_failure(self.in_flight.endpoint());
        }
    }

    /// Records the outcome that `headers` carry, if they carry one. True for UNAVAILABLE.
    pub(crate) fn judge(&mut self, headers: &HeaderMap) -> bool {
        match headers.get("grpc-status").map(http::HeaderValue::as_bytes) {
            None => false,
            Some(b"14") => {
                self.failed();
                true
            }
            Some(_) => {
                self.succeeded();
                false
            }
        }
    }
}

/// The answer broke off. The text is for the log.
#[derive(Debug, thiserror::Error)]
#[error("the answer broke off: {0}")]
pub struct BrokenOff(#[from] h2::Error);

/// The body of an answer. Dropping it before its end cancels the call at the server.
pub struct UpstreamBody {
    stream: RecvStream,
    data_done: bool,
    done: bool,
    call: Call,
    /// Sends the rest of a request whose answer began early.
    pump: Option<AbortHandle>,
}

impl UpstreamBody {
    pub(crate) fn new(stream: RecvStream, call: Call, pump: Option<AbortHandle>) -> Self {
        Self { stream, data_done: false, done: false, call, pump }
    }

    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BrokenOff>>> {
        match ready!(self.stream.poll_data(cx)) {
            Some(Ok(data)) => {
                // Given back only now, when the reader asked: this is the back-pressure. A stream that has just been
                // reset has no window to give back to.
                let _ = self.stream.flow_control().release_capacity(data.len());
                Poll::Ready(Some(Ok(data)))
            }
            Some(Err(error)) => Poll::Ready(self.broke(error).map(Err)),
            None => Poll::Ready(None),
        }
    }

    /// A reset with NO_ERROR ends an answer that is complete; anything else breaks it off.
    fn broke(&mut self, error: h2::Error) -> Option<BrokenOff> {
        self.done = true;
        if error.is_reset() && error.reason() == Some(Reason::NO_ERROR) {
            return None;
        }
        self.call.failed();
        Some(error.into())
    }
}

impl Body for UpstreamBody {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        if self.done {
            return Poll::Ready(None);
        }
        if !self.data_done {
            match ready!(self.poll_data(cx)) {
                Some(Ok(data)) => return Poll::Ready(Some(Ok(Frame::data(data)))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => self.data_done = true,
            }
        }
        match ready!(self.stream.poll_trailers(cx)) {
            Ok(trailers) => {
                self.done = true;
                Poll::Ready(trailers.map(|trailers| {
                    self.call.judge(&trailers);
                    Ok(Frame::trailers(trailers))
                }))
            }
            Err(error) => Poll::Ready(self.broke(error).map(Err)),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.done || self.stream.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}

impl Drop for UpstreamBody {
    fn drop(&mut self) {
        if let Some(pump) = &self.pump {
            pump.abort();
        }
    }
}
