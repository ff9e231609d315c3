//! Bodies, cancellation and dead networks.

use crate::replica::{Does, Replica, connect, echo, send, settings, within};
use bytes::Bytes;
use dialtone_client::{Resend, SendError, Upstream};
use futures::{SinkExt, channel::mpsc};
use http::Request;
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use std::{num::NonZeroU64, sync::Arc};
use tokio::net::TcpListener;

#[tokio::test]
async fn bodies_larger_than_every_window_arrive_whole() {
    let replica = Replica::start(Does::Echo).await;
    let upstream = connect(&[&replica]).await;
    let big: Vec<u8> = (0..20_000_000u32).map(|i| i as u8).collect();
    let request = Request::post("/p.S/M").body(Full::from(big.clone())).expect("well-formed");
    let answer = within(upstream.send(request, Resend::Untouched, None)).await.expect("answered");
    let body = within(answer.into_body().collect()).await.expect("whole");
    assert_eq!(body.trailers().expect("they come")["grpc-status"], "0");
    assert!(body.to_bytes() == big, "the same bytes");
}

#[tokio::test]
async fn dropping_a_call_cancels_it_at_the_server() {
    let replica = Replica::start(Does::Hang).await;
    let upstream = connect(&[&replica]).await;
    let mut started = replica.seen.started.subscribe();
    let call = tokio::spawn({
        let upstream = upstream.clone();
        async move { send(&upstream, "x", Resend::Untouched).await.map(|_| ()) }
    });
    within(started.wait_for(|n| *n == 1)).await.expect("the replica lives");
    call.abort();
    let mut cancelled = replica.seen.cancelled.subscribe();
    within(cancelled.wait_for(|n| *n == 1)).await.expect("the replica lives");
}

#[tokio::test]
async fn a_request_that_breaks_off_is_the_callers_error_and_is_cancelled() {
    let replica = Replica::start(Does::Hang).await;
    let upstream = connect(&[&replica]).await;
    let (mut chunks, receiver) = mpsc::channel::<Result<Frame<Bytes>, &'static str>>(1);
    let request = Request::post("/p.S/M").body(StreamBody::new(receiver)).expect("well-formed");
    let call = tokio::spawn({
        let upstream = upstream.clone();
        async move { upstream.send(request, Resend::Repeatable, None).await.map(|_| ()) }
    });
    let mut started = replica.seen.started.subscribe();
    chunks.send(Ok(Frame::data(Bytes::from_static(b"x")))).await.expect("taken");
    within(started.wait_for(|n| *n == 1)).await.expect("the replica lives");
    chunks.send(Err("broken")).await.expect("taken");
    let end = within(call).await.expect("no panic");
    assert!(matches!(end, Err(SendError::Body("broken"))));
    assert_eq!(replica.count(), 1);
}

#[tokio::test]
async fn calls_on_a_silent_connection_fail_when_its_ping_is_not_answered() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("the loopback has free ports");
    let address = listener.local_addr().expect("it is bound");
    let held = Arc::new(tokio::sync::Mutex::new(vec![]));
    tokio::spawn({
        let held = Arc::clone(&held);
        // Accepts, and never says a word.
        async move {
            while let Ok((tcp, _)) = listener.accept().await {
                held.lock().await.push(tcp);
            }
        }
    });
    let mut settings = dialtone_client::UpstreamSettings::new(address.to_string());
    settings.ping_ms = NonZeroU64::new(50).expect("not zero");
    settings.ping_timeout_ms = NonZeroU64::new(50).expect("not zero");
    let upstream = Upstream::connect("test", &settings).expect("good settings");
    let answer = send(&upstream, "x", Resend::Untouched).await;
    assert!(matches!(answer, Err(SendError::Unavailable(_))));
}

#[tokio::test]
async fn dropping_the_last_handle_closes_the_connections() {
    let replica = Replica::start(Does::Echo).await;
    let upstream = connect(&[&replica]).await;
    echo(&upstream, "x", Resend::Untouched).await.expect("answered");
    let mut count = upstream.connections();
    drop(upstream);
    let _ = within(count.wait_for(|n| *n == 0)).await;
}

#[tokio::test]
async fn path_and_headers_arrive_and_the_authority_is_the_target() {
    let replica = Replica::start(Does::Echo).await;
    let upstream = Upstream::connect("test", &settings(&[&replica])).expect("good settings");
    let request = Request::post("http://elsewhere:9/p.S/M?q=1")
        .header("te", "trailers")
        .header("x-a", "1")
        .body(Full::from("x"))
        .expect("well-formed");
    within(upstream.send(request, Resend::Untouched, None)).await.expect("answered");
    let seen = replica.seen.requests.lock().expect("not poisoned");
    assert_eq!(seen[0].uri.to_string(), format!("http://{}/p.S/M?q=1", replica.address));
    assert_eq!(seen[0].headers["te"], "trailers");
    assert_eq!(seen[0].headers["x-a"], "1");
}
