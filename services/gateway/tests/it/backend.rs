//! A gRPC server that does what the header `x-do` of a call says, whatever its path.

use std::{
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use futures::{Stream, StreamExt as _, stream};
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::watch,
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use tonic::{Status, Streaming, body::Body, metadata::MetadataValue};

use crate::raw::Raw;

/// What a backend saw, shared by all that belong to one service.
#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) heads: Mutex<Vec<(String, HeaderMap)>>,
    pub(crate) started: watch::Sender<usize>,
    /// Calls whose request came to a proper end.
    pub(crate) whole: watch::Sender<usize>,
    /// Calls whose request came to no proper end.
    pub(crate) broken: watch::Sender<usize>,
    /// Calls whose handler was dropped before its end.
    pub(crate) cancelled: watch::Sender<usize>,
}

impl Seen {
    /// Path and headers of the last call.
    pub(crate) fn last(&self) -> (String, HeaderMap) {
        self.heads.lock().expect("not poisoned").last().expect("a call came").clone()
    }

    pub(crate) fn count(&self) -> usize {
        *self.started.borrow()
    }
}

pub(crate) struct Backend {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Arc<Seen>,
    drain: CancellationToken,
    kill: CancellationToken,
    serving: tokio::task::JoinHandle<()>,
}

impl Backend {
    pub(crate) async fn start() -> Self {
        Self::start_at(([127, 0, 0, 1], 0).into()).await
    }

    pub(crate) async fn start_at(address: SocketAddr) -> Self {
        let socket = TcpSocket::new_v4().expect("sockets are allowed");
        socket.set_reuseaddr(true).expect("before bind");
        socket.bind(address).expect("the port is free");
        let listener = socket.listen(1024).expect("it is bound");
        let (drain, kill) = (CancellationToken::new(), CancellationToken::new());
        let seen = Arc::new(Seen::default());
        Self {
            address: listener.local_addr().expect("it is bound"),
            serving: tokio::spawn(serve(listener, Arc::clone(&seen), drain.clone(), kill.clone())),
            seen,
            drain,
            kill,
        }
    }

    /// Ends as a well-behaved server does: GOAWAY, then the calls it has.
    pub(crate) async fn stop(self) -> SocketAddr {
        self.drain.cancel();
        self.serving.await.expect("no panic");
        self.address
    }

    /// Ends as `kill -9` does.
    pub(crate) async fn kill(self) -> SocketAddr {
        self.kill.cancel();
        self.serving.await.expect("no panic");
        self.address
    }
}

async fn serve(listener: TcpListener, seen: Arc<Seen>, drain: CancellationToken, kill: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((stream, _)) = accepted else { return };
                connections.spawn(speak(stream, Arc::clone(&seen), drain.clone()));
            }
            () = drain.cancelled() => break,
            () = kill.cancelled() => return,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

async fn speak(stream: TcpStream, seen: Arc<Seen>, drain: CancellationToken) {
    let handler = service_fn(move |request: Request<Incoming>| {
        let seen = Arc::clone(&seen);
        async move { Ok::<_, Infallible>(answer(request.map(Body::new), seen).await) }
    });
    let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), handler);
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        () = drain.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

/// Says when a handler was dropped before its end.
struct Watched(Arc<Seen>, bool);

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.1 {
            self.0.cancelled.send_modify(|n| *n += 1);
        }
    }
}

async fn answer(request: Request<Body>, seen: Arc<Seen>) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let does = request.headers().get("x-do").map(|v| v.to_str().expect("text").to_owned());
    let does = does.unwrap_or_default();
    // The gateway asks for health on its own account, which no test is to count.
    if path.starts_with("/grpc.health.") {
        return respond(&does, request).await;
    }
    seen.heads.lock().expect("not poisoned").push((path, request.headers().clone()));
    seen.started.send_modify(|n| *n += 1);
    let mut watched = Watched(Arc::clone(&seen), false);
    let request = request.map(|body| Body::new(Ending { body, seen, whole: false }));
    let response = respond(&does, request).await;
    watched.1 = true;
    response
}

/// Tells a proper end of a request from every other.
struct Ending {
    body: Body,
    seen: Arc<Seen>,
    whole: bool,
}

impl Drop for Ending {
    fn drop(&mut self) {
        let count = if self.whole { &self.seen.whole } else { &self.seen.broken };
        count.send_modify(|n| *n += 1);
    }
}

impl http_body::Body for Ending {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.body).poll_frame(cx);
        self.whole = self.body.is_end_stream();
        polled
    }
}

async fn respond(does: &str, request: Request<Body>) -> Response<Body> {
    let does = does.to_owned();
    let handler = tower::service_fn(move |request: tonic::Request<Streaming<Bytes>>| {
        let does = does.clone();
        async move { handle(&does, request.into_inner()).await }
    });
    tonic::server::Grpc::new(Raw).streaming(handler, request).await
}

type Messages = Pin<Box<dyn Stream<Item = Result<Bytes, Status>> + Send>>;
type Answer = Result<tonic::Response<Messages>, Status>;

async fn handle(does: &str, messages: Streaming<Bytes>) -> Answer {
    let echoed = messages.map(|message| message);
    match does {
        "" | "echo" => Ok(with_metadata(Box::pin(echoed))),
        "collect" => {
            let all: Vec<_> = echoed.collect().await;
            let all: Result<Vec<_>, _> = all.into_iter().collect();
            let all = Bytes::from(all?.concat());
            Ok(with_metadata(Box::pin(stream::iter([Ok(all)]))))
        }
        "count-to-three" => {
            let messages = ["one", "two", "three"].map(|word| Ok(Bytes::from(word)));
            Ok(with_metadata(Box::pin(stream::iter(messages))))
        }
        "fail" => Err(failure()),
        "fail-midway" => {
            let messages = [Ok(Bytes::from("one")), Ok(Bytes::from("two")), Err(failure())];
            Ok(with_metadata(Box::pin(stream::iter(messages))))
        }
        "unavailable" => Err(Status::unavailable("not now")),
        "hang" => std::future::pending().await,
        "hang-midway" => {
            let messages = stream::iter([Ok(Bytes::from("one"))]).chain(stream::pending());
            Ok(with_metadata(Box::pin(messages)))
        }
        "big" => Ok(with_metadata(Box::pin(stream::iter([Ok(vec![7; 3_000_000].into())])))),
        other => Err(Status::unimplemented(format!("no such behaviour: {other}"))),
    }
}

fn with_metadata(messages: Messages) -> tonic::Response<Messages> {
    let mut response = tonic::Response::new(messages);
    response.metadata_mut().insert("x-answer", MetadataValue::from_static("yes"));
    response.metadata_mut().insert("x-dialtone-secret", MetadataValue::from_static("no"));
    response
}

/// A failure with everything a failure can carry.
pub(crate) fn failure() -> Status {
    let mut status = Status::with_details(
        tonic::Code::FailedPrecondition,
        "percent % and umlaut ü\n",
        Bytes::from_static(&[0, 1, 2, 0xfe, 0xff]),
    );
    let metadata = status.metadata_mut();
    metadata.insert("x-trailer", MetadataValue::from_static("kept"));
    metadata.insert_bin("x-trailer-bin", MetadataValue::from_bytes(&[9, 8, 0, 255]));
    status
}

/// Nothing in a test takes longer.
pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(10), future).await.expect("it happens in time")
}
