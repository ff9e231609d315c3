//! The body of an answer: passes frames on unseen, ends at the deadline, and always ends in a status.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use dialtone_client::UpstreamBody;
use dialtone_status::Fault;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Instant, Sleep, sleep_until};
use tokio_util::sync::WaitForCancellationFutureOwned;

use super::{body::TooLarge, call::Call, refuse, shed::Place};

/// When a caller whose answer broke off is to try again.
pub(crate) const RETRY_AFTER: Duration = Duration::from_secs(1);
/// When to come back to a gateway that is going away: at once, to another replica.
const ELSEWHERE: Duration = Duration::from_millis(100);

/// See the module.
#[derive(Default)]
pub(crate) struct Reply(Source);

#[derive(Default)]
enum Source {
    /// Nothing, or nothing more.
    #[default]
    Empty,
    /// A body that is no answer to a call.
    Local(tonic::body::Body),
    /// The answer to a call.
    Passing(Box<Passing>),
}

/// An answer on its way through.
pub(crate) struct Passing {
    pub(crate) body: Answer,
    pub(crate) call: Call,
    pub(crate) _place: Place,
    pub(crate) limits: Limits,
}

/// Whose answer it is.
pub(crate) enum Answer {
    /// A service's.
    Service(UpstreamBody),
    /// Our own.
    Own(tonic::body::Body),
}

/// What may end an answer before its end.
#[derive(Default)]
pub(crate) struct Limits {
    pub(crate) deadline: Option<Instant>,
    /// Made only when there is something to wait for, which for a small answer is never.
    pub(crate) timer: Option<Pin<Box<Sleep>>>,
    /// For streams without an end of their own: their connection is to close.
    pub(crate) draining: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
    /// Whether a request message was too large, and how large they may be.
    pub(crate) too_large: Option<(TooLarge, u32)>,
}

impl Reply {
    /// A body that is no answer to a call.
    pub(crate) fn local(body: tonic::body::Body) -> Self {
        Self(Source::Local(body))
    }

    /// The answer to a call.
    pub(crate) fn passing(passing: Passing) -> Self {
        Self(Source::Passing(Box::new(passing)))
    }
}

type Polled = Poll<Option<Result<Frame<Bytes>, tonic::Status>>>;

impl Body for Reply {
    type Data = Bytes;
    type Error = tonic::Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        let ended = match &mut self.0 {
            Source::Empty => return Poll::Ready(None),
            Source::Local(body) => return Pin::new(body).poll_frame(cx),
            Source::Passing(passing) => ready!(passing.poll(cx)),
        };
        match ended {
            Step::Data(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
            Step::End(trailers) => {
                self.0 = Source::Empty;
                Poll::Ready(Some(Ok(Frame::trailers(trailers))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Source::Empty => true,
            Source::Local(body) => body.is_end_stream(),
            // Never before the status, which may still have to be made up.
            Source::Passing(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Source::Empty => SizeHint::with_exact(0),
            Source::Local(body) => body.size_hint(),
            Source::Passing(_) => SizeHint::default(),
        }
    }
}

enum Step {
    Data(Bytes),
    End(http::HeaderMap),
}

impl Passing {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        let fault = match self.body.poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) => return Poll::Ready(Step::Data(data)),
                Err(frame) => {
                    let mut trailers = frame.into_trailers().unwrap_or_default();
                    if matches!(self.body, Answer::Own(_)) {
                        refuse::complete(&mut trailers, &self.call);
                    }
                    if self.call.end_by(&trailers) {
                        return Poll::Ready(Step::End(trailers));
                    }
                    Fault::unavailable(RETRY_AFTER).caused_by("trailers without a status")
                }
            },
            Poll::Ready(Some(Err(broken))) => self.limits.broken(broken),
            Poll::Ready(None) => Fault::unavailable(RETRY_AFTER).caused_by("the answer ended without a status"),
            Poll::Pending => ready!(self.limits.poll(cx)),
        };
        Poll::Ready(Step::End(refuse::trailers(&mut self.call, fault)))
    }
}

impl Answer {
    /// Whether nothing comes any more.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Service(body) => body.is_end_stream(),
            Self::Own(body) => body.is_end_stream(),
        }
    }

    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, String>>> {
        match self {
            Self::Service(body) => Pin::new(body).poll_frame(cx).map_err(|broken| broken.to_string()),
            Self::Own(body) => Pin::new(body).poll_frame(cx).map_err(|status| status.to_string()),
        }
    }
}

impl Limits {
    /// Ready with the fault that ends the answer now.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Fault> {
        if let Some(deadline) = self.deadline {
            let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
            if timer.as_mut().poll(cx).is_ready() {
                return Poll::Ready(Fault::deadline_exceeded());
            }
        }
        if let Some(draining) = &mut self.draining
            && draining.as_mut().poll(cx).is_ready()
        {
            return Poll::Ready(Fault::unavailable(ELSEWHERE));
        }
        Poll::Pending
    }

    fn broken(&self, cause: String) -> Fault {
        match &self.too_large {
            Some((flag, limit)) if flag.happened() => Fault::message_too_large(u64::from(*limit)),
            _ => Fault::unavailable(RETRY_AFTER).caused_by(cause),
        }
    }
}
