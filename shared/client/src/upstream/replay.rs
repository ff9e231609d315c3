//! A request body that remembers what it gave out, so that a call which no server worked on can be sent again.
//!
//! Chunks are shared, not copied. Past the limit, or once an answer has begun, nothing is remembered any more.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::Body;

/// The body and its memory. Request trailers are not a part of gRPC and are dropped.
pub(crate) struct Replay<B> {
    source: B,
    ended: bool,
    /// The first chunk apart from the others: most calls have just one, and need no allocation for it.
    first: Option<Bytes>,
    more: Vec<Bytes>,
    /// How many of the remembered chunks were given out since the last rewind.
    cursor: usize,
    room: usize,
    remembers: bool,
}

impl<B> Replay<B>
where
    B: Body<Data = Bytes> + Unpin,
{
    /// Remembers up to `limit` bytes of `source`.
    pub(crate) fn new(source: B, limit: usize) -> Self {
        Self {
            ended: source.is_end_stream(),
            source,
            first: None,
            more: Vec::new(),
            cursor: 0,
            room: limit,
            remembers: true,
        }
    }

    /// Whether everything was given out.
    pub(crate) fn is_done(&self) -> bool {
        self.ended && self.cursor >= self.remembered()
    }

    /// Whether it can start over: not when too much was given out.
    pub(crate) fn can_rewind(&self) -> bool {
        self.remembers
    }

    /// Starts over; only where [`Replay::can_rewind`].
    pub(crate) fn rewind(&mut self) {
        self.cursor = 0;
    }

    /// Ends the remembering; it cannot be started over from here on.
    pub(crate) fn forget(&mut self) {
        self.remembers = false;
        if self.cursor >= self.remembered() {
            self.first = None;
            self.more = Vec::new();
            self.cursor = 0;
        }
    }

    /// The next chunk; none at the end.
    pub(crate) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, B::Error>>> {
        if let Some(chunk) = self.recall() {
            return Poll::Ready(Some(Ok(chunk)));
        }
        while !self.ended {
            let frame = ready!(Pin::new(&mut self.source).poll_frame(cx));
            self.ended = frame.is_none() || self.source.is_end_stream();
            match frame {
                Some(Ok(frame)) => {
                    if let Ok(chunk) = frame.into_data() {
                        self.remember(&chunk);
                        return Poll::Ready(Some(Ok(chunk)));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {}
            }
        }
        Poll::Ready(None)
    }

    fn recall(&mut self) -> Option<Bytes> {
        let chunk = match self.cursor {
            0 => self.first.as_ref(),
            n => self.more.get(n - 1),
        }?;
        self.cursor += 1;
        Some(chunk.clone())
    }

    fn remember(&mut self, chunk: &Bytes) {
        // An empty chunk only marks the end, which is known anyway.
        if !self.remembers || chunk.is_empty() {
            return;
        }
        match self.room.checked_sub(chunk.len()) {
            Some(room) => {
                self.room = room;
                match self.first {
                    None => self.first = Some(chunk.clone()),
                    Some(_) => self.more.push(chunk.clone()),
                }
                self.cursor += 1;
            }
            None => self.forget(),
        }
    }

    fn remembered(&self) -> usize {
        usize::from(self.first.is_some()) + self.more.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::executor::block_on;
    use http_body_util::StreamBody;
    use std::{convert::Infallible, future::poll_fn};

    fn body(chunks: &'static [&'static str]) -> impl Body<Data = Bytes, Error = Infallible> + Unpin {
        StreamBody::new(futures::stream::iter(
            chunks.iter().map(|c| Ok(http_body::Frame::data(Bytes::from_static(c.as_bytes())))),
        ))
    }

    fn rest<B: Body<Data = Bytes, Error = Infallible> + Unpin>(replay: &mut Replay<B>) -> Vec<Bytes> {
        let mut all = vec![];
        while let Some(Ok(chunk)) = block_on(poll_fn(|cx| replay.poll_chunk(cx))) {
            all.push(chunk);
        }
        all
    }

    #[test]
    fn what_was_given_out_is_given_again_and_then_the_rest() {
        let mut replay = Replay::new(body(&["a", "b", "c"]), 10);
        for _ in 0..2 {
            let first = block_on(poll_fn(|cx| replay.poll_chunk(cx)));
            assert_eq!(first, Some(Ok(Bytes::from_static(b"a"))));
            assert!(replay.can_rewind());
            replay.rewind();
        }
        assert_eq!(rest(&mut replay), ["a", "b", "c"]);
        assert!(replay.is_done());
        replay.rewind();
        assert!(!replay.is_done());
        assert_eq!(rest(&mut replay), ["a", "b", "c"]);
    }

    #[test]
    fn past_the_limit_or_once_forgotten_it_cannot_start_over() {
        let mut replay = Replay::new(body(&["aaa", "bbb"]), 5);
        assert_eq!(rest(&mut replay), ["aaa", "bbb"]);
        assert!(!replay.can_rewind());

        let mut replay = Replay::new(body(&["a", "b"]), 5);
        assert!(block_on(poll_fn(|cx| replay.poll_chunk(cx))).is_some());
        replay.forget();
        assert_eq!(rest(&mut replay), ["b"]);
        assert!(!replay.can_rewind());
    }
}
