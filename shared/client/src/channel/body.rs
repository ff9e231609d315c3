//! The body of an answer to a generated client: ends at the deadline, and breaks off with a typed status.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use dialtone_status::{Code, Fault, to_status};
use dialtone_telemetry::InFlight;
use http::HeaderMap;
use http_body::{Body, Frame};
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::Status;

use super::RETRY_AFTER;
use crate::upstream::UpstreamBody;

/// See the module.
pub struct CallBody {
    inner: UpstreamBody,
    deadline: Option<Instant>,
    /// Made only when there is something to wait for.
    timer: Option<Pin<Box<Sleep>>>,
    domain: &'static str,
    in_flight: Option<InFlight>,
}

impl CallBody {
    pub(super) fn new(
        inner: UpstreamBody,
        deadline: Option<Instant>,
        domain: &'static str,
        in_flight: InFlight,
    ) -> Self {
        Self { inner, deadline, timer: None, domain, in_flight: Some(in_flight) }
    }

    /// Counts the call by the status that headers or trailers carry, if they carry one.
    pub(super) fn end_by(&mut self, headers: &HeaderMap) {
        if let Some(status) = headers.get(Status::GRPC_STATUS) {
            self.end(Code::from_bytes(status.as_bytes()));
        }
    }

    fn end(&mut self, code: Code) {
        if let Some(in_flight) = self.in_flight.take() {
            in_flight.end(code as i32);
        }
    }

    fn fail(&mut self, fault: Fault) -> Status {
        self.end(fault.code);
        to_status(fault, self.domain)
    }

    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = self.deadline else {
            return Poll::Pending;
        };
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        timer.as_mut().poll(cx)
    }
}

impl Body for CallBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let frame = match Pin::new(&mut self.inner).poll_frame(cx) {
            Poll::Ready(frame) => frame,
            Poll::Pending => {
                return self.poll_deadline(cx).map(|()| Some(Err(self.fail(Fault::deadline_exceeded()))));
            }
        };
        Poll::Ready(match frame {
            Some(Ok(frame)) => {
                if let Some(trailers) = frame.trailers_ref() {
                    self.end_by(trailers);
                }
                Some(Ok(frame))
            }
            Some(Err(broken)) => Some(Err(self.fail(Fault::unavailable(RETRY_AFTER).caused_by(broken)))),
            None => None,
        })
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }
}
