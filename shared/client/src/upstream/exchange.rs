//! One attempt at one call on one connection: starts the stream, sends the request while waiting for the answer's
//! head, and tells a call that no server worked on from one that may have taken effect.

use std::{
    future::poll_fn,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use h2::{
    Reason, RecvStream, SendStream,
    client::{ResponseFuture, SendRequest},
};
use http::{Request, Response};
use http_body::Body;

use super::replay::Replay;

/// Why an attempt brought no answer.
#[derive(Debug)]
pub(crate) enum Broken<E> {
    /// No server worked on it: any call may be sent again.
    Untouched(h2::Error),
    /// A server may have worked on it: only a repeatable call may be sent again.
    Uncertain(h2::Error),
    /// The caller's own body ended in an error.
    Body(E),
}

/// Sends one request. `source` may be left half sent when the answer begins early; the pump then sends the rest.
pub(crate) async fn attempt<B>(
    mut sender: SendRequest<Bytes>,
    head: Request<()>,
    source: &mut Replay<B>,
) -> Result<(Response<RecvStream>, Pump), Broken<B::Error>>
where
    B: Body<Data = Bytes> + Unpin,
{
    let (response, stream) = sender.send_request(head, source.is_done()).map_err(Broken::Untouched)?;
    drop(sender);
    let mut pump = Pump { done: source.is_done(), stream, held: None };
    let response = await_head(response, &mut pump, source).await?;
    Ok((response, pump))
}

async fn await_head<B>(
    mut response: ResponseFuture,
    pump: &mut Pump,
    source: &mut Replay<B>,
) -> Result<Response<RecvStream>, Broken<B::Error>>
where
    B: Body<Data = Bytes> + Unpin,
{
    poll_fn(|cx| {
        if !pump.done {
            match pump.poll(cx, source) {
                Poll::Ready(Err(PumpError::Body(error))) => {
                    pump.stream.send_reset(Reason::CANCEL);
                    return Poll::Ready(Err(Broken::Body(error)));
                }
                // The answer, which may be complete, says what happened.
                Poll::Ready(Err(PumpError::Stream)) => pump.done = true,
                Poll::Ready(Ok(())) | Poll::Pending => {}
            }
        }
        let answer = ready!(std::pin::Pin::new(&mut response).poll(cx));
        Poll::Ready(answer.map_err(classify))
    })
    .await
}

/// h2 fails a stream with a remote GOAWAY only when its id is above the last one that the server promised to work on,
/// and REFUSED_STREAM says the same for one stream (RFC 9113, 6.8 and 8.7). A connection that just breaks is an
/// I/O error and says nothing.
fn classify<E>(error: h2::Error) -> Broken<E> {
    let refused = error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM);
    if error.is_remote() && (refused || error.is_go_away()) {
        Broken::Untouched(error)
    } else {
        Broken::Uncertain(error)
    }
}

/// Sends a request body under the peer's flow control.
pub(crate) struct Pump {
    stream: SendStream<Bytes>,
    /// A chunk, and whether it is the last, waiting for room in the window.
    held: Option<(Bytes, bool)>,
    pub(crate) done: bool,
}

/// Why a body was not sent to its end.
#[derive(Debug)]
pub(crate) enum PumpError<E> {
    /// The source failed.
    Body(E),
    /// The stream takes no more.
    Stream,
}

impl Pump {
    /// Sends what can be sent now; ready when everything is sent.
    pub(crate) fn poll<B>(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut Replay<B>,
    ) -> Poll<Result<(), PumpError<B::Error>>>
    where
        B: Body<Data = Bytes> + Unpin,
    {
        loop {
            if self.held.is_some() {
                ready!(self.poll_window(cx))?;
            }
            if let Some((chunk, last)) = self.held.take() {
                self.send(chunk, last)?;
            }
            if self.done {
                return Poll::Ready(Ok(()));
            }
            match ready!(source.poll_chunk(cx)) {
                Some(Ok(chunk)) => {
                    let last = source.is_done();
                    if chunk.is_empty() {
                        self.send(chunk, last)?;
                    } else {
                        // One byte is claim enough: h2 raises it to the chunk's length when that is sent, and claiming
                        // more while waiting would pin window that other streams could use.
                        self.stream.reserve_capacity(1);
                        self.held = Some((chunk, last));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Err(PumpError::Body(error))),
                None => self.send(Bytes::new(), true)?,
            }
        }
    }

    /// As [`Pump::poll`], to the end, noticing that the peer wants no more. Errors reach the peer as a reset.
    pub(crate) async fn finish<B>(mut self, mut source: Replay<B>)
    where
        B: Body<Data = Bytes> + Unpin,
    {
        poll_fn(|cx| {
            if self.stream.poll_reset(cx).is_ready() {
                return Poll::Ready(());
            }
            if let Err(PumpError::Body(_)) = ready!(self.poll(cx, &mut source)) {
                self.stream.send_reset(Reason::CANCEL);
            }
            Poll::Ready(())
        })
        .await;
    }

    fn send<E>(&mut self, chunk: Bytes, last: bool) -> Result<(), PumpError<E>> {
        self.stream.send_data(chunk, last).map_err(|_| PumpError::Stream)?;
        self.done = last;
        Ok(())
    }

    fn poll_window<E>(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), PumpError<E>>> {
        while self.stream.capacity() == 0 {
            match ready!(self.stream.poll_capacity(cx)) {
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Poll::Ready(Err(PumpError::Stream)),
            }
        }
        Poll::Ready(Ok(()))
    }
}
