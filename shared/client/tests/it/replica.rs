//! A small HTTP/2 server with switchable behaviour, and what the tests need to call it.

use std::{
    collections::VecDeque,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use dialtone_client::{Resend, SendError, Upstream, UpstreamBody, UpstreamSettings};
use h2::{Reason, RecvStream, server::SendResponse};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{broadcast, watch},
    task::JoinHandle,
};

/// What the replica does with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Does {
    /// Answers with the request's bytes, its own port and status 0.
    Echo,
    /// REFUSED_STREAM.
    Refuse,
    /// A head with `grpc-status: 14` and nothing else.
    Unavailable,
    /// Reads the request and never answers.
    Hang,
    /// Reads the request, then closes the connection.
    Crash,
}

#[derive(Clone, Copy, Debug)]
enum Order {
    LameDuck,
    AbruptGoaway,
    Die,
}

#[derive(Default)]
pub(crate) struct Seen {
    pub(crate) requests: Mutex<Vec<http::request::Parts>>,
    /// Streams that were reset by the client.
    pub(crate) cancelled: watch::Sender<usize>,
    pub(crate) started: watch::Sender<usize>,
    /// Answers to give first, before `does`.
    pub(crate) script: Mutex<VecDeque<Does>>,
}

pub(crate) struct Replica {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Arc<Seen>,
    does: watch::Sender<Does>,
    orders: broadcast::Sender<Order>,
    acceptor: JoinHandle<()>,
}

impl Replica {
    pub(crate) async fn start(does: Does) -> Self {
        Self::start_at(([127, 0, 0, 1], 0).into(), does).await
    }

    pub(crate) async fn start_at(address: SocketAddr, does: Does) -> Self {
        let socket = tokio::net::TcpSocket::new_v4().expect("sockets are allowed");
        socket.set_reuseaddr(true).expect("before bind");
        socket.bind(address).expect("the port is free");
        let listener = socket.listen(1024).expect("it is bound");
        let address = listener.local_addr().expect("it is bound");
        let (does, doing) = watch::channel(does);
        let orders = broadcast::Sender::new(4);
        let seen = Arc::new(Seen::default());
        let acceptor = tokio::spawn(accept(listener, address, doing, orders.clone(), Arc::clone(&seen)));
        Self { address, seen, does, orders, acceptor }
    }

    pub(crate) fn does(&self, does: Does) {
        self.does.send_replace(does);
    }

    pub(crate) fn then(&self, script: &[Does]) {
        self.seen.script.lock().expect("not poisoned").extend(script);
    }

    pub(crate) fn count(&self) -> usize {
        *self.seen.started.borrow()
    }

    /// GOAWAY on every connection; calls under way go on. New connections are still taken.
    pub(crate) fn lame_duck(&self) {
        let _ = self.orders.send(Order::LameDuck);
    }

    /// GOAWAY with the last stream so far, at once, then the end.
    pub(crate) fn abrupt_goaway(&self) {
        let _ = self.orders.send(Order::AbruptGoaway);
    }

    /// Closes everything, as `kill -9` does.
    pub(crate) async fn die(self) -> SocketAddr {
        self.acceptor.abort();
        let _ = self.orders.send(Order::Die);
        // The listener is closed when its task is.
        let _ = self.acceptor.await;
        self.address
    }
}

async fn accept(
    listener: TcpListener,
    address: SocketAddr,
    does: watch::Receiver<Does>,
    orders: broadcast::Sender<Order>,
    seen: Arc<Seen>,
) {
    while let Ok((tcp, _)) = listener.accept().await {
        tokio::spawn(serve(tcp, address, does.clone(), orders.subscribe(), Arc::clone(&seen)));
    }
}

async fn serve(
    tcp: TcpStream,
    address: SocketAddr,
    does: watch::Receiver<Does>,
    mut orders: broadcast::Receiver<Order>,
    seen: Arc<Seen>,
) {
    let Ok(mut connection) = h2::server::handshake(tcp).await else {
        return;
    };
    let (crash, mut crashed) = tokio::sync::mpsc::channel(1);
    loop {
        tokio::select! {
            next = connection.accept() => match next {
                Some(Ok((request, respond))) => {
                    let now = seen.script.lock().expect("not poisoned").pop_front().unwrap_or(*does.borrow());
                    tokio::spawn(answer(request, respond, now, address, Arc::clone(&seen), crash.clone()));
                }
                _ => return,
            },
            order = orders.recv() => match order {
                Ok(Order::LameDuck) => connection.graceful_shutdown(),
                Ok(Order::AbruptGoaway) => connection.abrupt_shutdown(Reason::NO_ERROR),
                _ => return,
            },
            _ = crashed.recv() => return,
        }
    }
}

async fn answer(
    request: Request<RecvStream>,
    mut respond: SendResponse<Bytes>,
    does: Does,
    address: SocketAddr,
    seen: Arc<Seen>,
    crash: tokio::sync::mpsc::Sender<()>,
) {
    if does == Does::Refuse {
        return respond.send_reset(Reason::REFUSED_STREAM);
    }
    let (parts, mut body) = request.into_parts();
    seen.requests.lock().expect("not poisoned").push(parts);
    seen.started.send_modify(|n| *n += 1);
    let mut head = Response::new(());
    if does == Does::Unavailable {
        head.headers_mut().insert("grpc-status", HeaderValue::from_static("14"));
        let _ = respond.send_response(head, true);
        return;
    }
    let mut bytes = vec![];
    while let Some(Ok(data)) = body.data().await {
        let _ = body.flow_control().release_capacity(data.len());
        bytes.extend_from_slice(&data);
    }
    match does {
        Does::Hang => {
            let _ = std::future::poll_fn(|cx| respond.poll_reset(cx)).await;
            seen.cancelled.send_modify(|n| *n += 1);
        }
        Does::Crash => {
            let _ = crash.send(()).await;
            std::future::pending::<()>().await;
        }
        _ => {
            head.headers_mut().insert("x-replica", HeaderValue::from(address.port()));
            let Ok(mut stream) = respond.send_response(head, false) else {
                return;
            };
            let _ = stream.send_data(bytes.into(), false);
            let mut trailers = HeaderMap::new();
            trailers.insert("grpc-status", HeaderValue::from_static("0"));
            let _ = stream.send_trailers(trailers);
        }
    }
}

/// The settings the tests use: quick in everything that is waited for.
pub(crate) fn settings(replicas: &[&Replica]) -> UpstreamSettings {
    let target: Vec<_> = replicas.iter().map(|r| r.address.to_string()).collect();
    UpstreamSettings::new(target.join(","))
}

pub(crate) async fn connect(replicas: &[&Replica]) -> Upstream {
    let upstream = Upstream::connect("test", &settings(replicas)).expect("good settings");
    connected(&upstream, replicas.len()).await;
    upstream
}

/// Waits until exactly `n` connections are open.
pub(crate) async fn connected(upstream: &Upstream, n: usize) {
    let mut count = upstream.connections();
    within(count.wait_for(|c| *c == n)).await.expect("the upstream lives");
}

pub(crate) async fn within<F: Future>(future: F) -> F::Output {
    tokio::time::timeout(Duration::from_secs(10), future).await.expect("it happens in time")
}

pub(crate) type Answer = Result<Response<UpstreamBody>, SendError<std::convert::Infallible>>;

pub(crate) async fn send(upstream: &Upstream, body: &'static str, resend: Resend) -> Answer {
    let request = Request::post("/p.S/M").body(Full::from(body)).expect("well-formed");
    within(upstream.send(request, resend, None)).await
}

/// Sends, and returns the port that answered and the body.
pub(crate) async fn echo(upstream: &Upstream, body: &'static str, resend: Resend) -> Result<(u16, Bytes), String> {
    let answer = send(upstream, body, resend).await.map_err(|e| e.to_string())?;
    let port = answer.headers().get("x-replica").and_then(|p| p.to_str().ok()?.parse().ok());
    let port = port.ok_or_else(|| format!("{:?}", answer.headers()))?;
    let body = within(answer.into_body().collect()).await.map_err(|e| e.to_string())?;
    Ok((port, body.to_bytes()))
}
