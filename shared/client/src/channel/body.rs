//! The body of an answer to a generated client: ends at the deadline, and breaks off with a typed status.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use dialtone_status::{Fault, to_status};
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
}

impl CallBody {
    pub(super) fn new(inner: UpstreamBody, deadline: Option<Instant>, domain: &'static str) -> Self {
        Self { inner, deadline, timer: None, domain }
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
        match Pin::new(&mut self.inner).poll_frame(cx) {
            Poll::Ready(frame) => Poll::Ready(frame.map(|frame| {
                frame.map_err(|broken| {
                    let fault = Fault::unavailable(RETRY_AFTER).caused_by(broken);
                    to_status(fault, self.domain)
                })
            })),
            Poll::Pending => {
                self.poll_deadline(cx).map(|()| Some(Err(to_status(Fault::deadline_exceeded(), self.domain))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }
}
