//! The request body as it goes to a service: what was read of it already, then the rest, no message above the limit.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
    vec,
};

use bytes::Bytes;
use http_body::{Body, Frame};
use hyper::body::Incoming;

/// Why a request body ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    /// A message is larger than the limit.
    #[error("a message is too large")]
    TooLarge,
    /// The caller went away.
    #[error(transparent)]
    Broken(#[from] hyper::Error),
    /// The caller reset the stream as if it were done with it.
    #[error("the request broke off without an error")]
    BrokeOff,
}

/// Says that a message was too large, to whoever ends the call when the answer has begun already.
#[derive(Clone, Debug, Default)]
pub(crate) struct TooLarge(Arc<AtomicBool>);

impl TooLarge {
    pub(crate) fn happened(&self) -> bool {
        self.0.load(Relaxed)
    }
}

/// See the module.
pub(crate) struct RequestBody {
    first: vec::IntoIter<Bytes>,
    rest: Incoming,
    meter: Meter,
    flag: TooLarge,
}

impl RequestBody {
    pub(crate) fn new(rest: Incoming, max_message_bytes: u32) -> Self {
        Self { first: Vec::new().into_iter(), rest, meter: Meter::new(max_message_bytes), flag: TooLarge::default() }
    }

    /// Tells of a message that is too large, also after the body was given away.
    pub(crate) fn flag(&self) -> TooLarge {
        self.flag.clone()
    }

    /// Gives these chunks, which were read from it, once more.
    pub(crate) fn put_back(&mut self, chunks: Vec<Bytes>) {
        self.first = chunks.into_iter();
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = RequestError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, RequestError>>> {
        if let Some(chunk) = self.first.next() {
            return Poll::Ready(Some(Ok(Frame::data(chunk))));
        }
        let Some(frame) = ready!(Pin::new(&mut self.rest).poll_frame(cx)) else {
            // hyper takes a reset with NO_ERROR for an end. A service would take half an upload for the whole.
            let whole = self.rest.is_end_stream();
            return Poll::Ready((!whole).then_some(Err(RequestError::BrokeOff)));
        };
        let frame = frame?;
        if let Some(data) = frame.data_ref()
            && !self.meter.passes(data)
        {
            self.flag.0.store(true, Relaxed);
            return Poll::Ready(Some(Err(RequestError::TooLarge)));
        }
        Poll::Ready(Some(Ok(frame)))
    }

    fn is_end_stream(&self) -> bool {
        self.first.len() == 0 && self.rest.is_end_stream()
    }
}

/// Follows the frames of gRPC through the chunks of a body, looking only at their lengths.
struct Meter {
    limit: u32,
    /// Bytes of the current message still to come.
    left: u32,
    /// The part of a prefix that has come so far.
    prefix: [u8; 5],
    filled: usize,
}

impl Meter {
    fn new(limit: u32) -> Self {
        Self { limit, left: 0, prefix: [0; 5], filled: 0 }
    }

    /// False as soon as a message says that it is larger than the limit.
    fn passes(&mut self, mut chunk: &[u8]) -> bool {
        while !chunk.is_empty() {
            if self.left > 0 {
                let take = chunk.len().min(self.left as usize);
                self.left -= take as u32;
                chunk = &chunk[take..];
                continue;
            }
            let take = chunk.len().min(self.prefix.len() - self.filled);
            self.prefix[self.filled..self.filled + take].copy_from_slice(&chunk[..take]);
            self.filled += take;
            chunk = &chunk[take..];
            if self.filled == self.prefix.len() {
                let [_, a, b, c, d] = self.prefix;
                self.left = u32::from_be_bytes([a, b, c, d]);
                self.filled = 0;
                if self.left > self.limit {
                    return false;
                }
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(lengths: &[usize]) -> Vec<u8> {
        let mut bytes = vec![];
        for length in lengths {
            bytes.push(0);
            bytes.extend((*length as u32).to_be_bytes());
            bytes.extend(vec![7; *length]);
        }
        bytes
    }

    #[test]
    fn messages_up_to_the_limit_pass_however_they_are_cut() {
        let bytes = frames(&[10, 0, 3, 10, 9]);
        for size in 1..=bytes.len() {
            let mut meter = Meter::new(10);
            assert!(bytes.chunks(size).all(|chunk| meter.passes(chunk)), "{size}");
            assert_eq!((meter.left, meter.filled), (0, 0));
        }
    }

    #[test]
    fn a_larger_one_is_refused_at_its_prefix() {
        let bytes = frames(&[4, 11]);
        for size in 1..=bytes.len() {
            let mut meter = Meter::new(10);
            assert!(!bytes.chunks(size).all(|chunk| meter.passes(chunk)), "{size}");
        }
        let mut meter = Meter::new(10);
        assert!(meter.passes(&frames(&[4])));
        assert!(!meter.passes(&[0, 0, 0, 0, 11]));
    }
}
