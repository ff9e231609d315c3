//! Deadlines: passed on as the time that is left, and enforced.

use crate::{
    backend::within,
    world::{BOTH_STREAM, READ, SERVER_STREAM, WATCH, World, gateway_reason},
};
use prost::Message as _;
use std::time::Duration;
use tonic::Code;

fn passed_on(world: &World, service: usize) -> Option<Duration> {
    let (_, headers) = world.seen[service].last();
    headers.get("grpc-timeout").map(|t| dialtone_client::grpc_timeout::parse(t).expect("well-formed"))
}

#[tokio::test]
async fn the_time_left_is_passed_on() {
    let world = World::start().await;
    world.client.with("grpc-timeout", "2S").unary(READ, "").await.expect("answered");
    let left = passed_on(&world, 0).expect("passed on");
    assert!(left <= Duration::from_secs(2) && left > Duration::from_secs(1), "{left:?}");
}

#[tokio::test]
async fn the_methods_own_limit_and_the_cap_shorten_what_the_caller_asks() {
    let world = World::with(&[("serve.max_deadline_ms", "700")]).await;
    for timeout in ["1H", "bad"] {
        world.client.with("grpc-timeout", timeout).unary(READ, "").await.expect("answered");
        assert!(passed_on(&world, 0).expect("passed on") <= Duration::from_millis(700));
    }
}

#[tokio::test]
async fn a_call_that_takes_too_long_is_ended_and_cancelled_at_the_service() {
    let world = World::start().await;
    let mut cancelled = world.seen[0].cancelled.subscribe();
    let status = world.client.does("hang").with("grpc-timeout", "50m").unary(READ, "").await.expect_err("too long");
    assert_eq!((status.code(), gateway_reason(&status).as_str()), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
    within(cancelled.wait_for(|n| *n == 1)).await.expect("the backend lives");
}

#[tokio::test]
async fn streams_are_bounded_too() {
    let world = World::start().await;
    for path in [SERVER_STREAM, BOTH_STREAM] {
        let client = world.client.does("hang-midway").with("grpc-timeout", "300m");
        let mut messages = client.one(path, "").await.expect("it begins").into_inner();
        assert_eq!(within(messages.message()).await.expect("no error").expect("a message"), "one");
        let status = within(messages.message()).await.expect_err("then the time is up");
        assert_eq!((status.code(), gateway_reason(&status).as_str()), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));
    }
}

#[tokio::test]
async fn a_watch_has_no_deadline_but_ends_when_the_gateway_goes() {
    let mut world = World::start().await;
    let request = dialtone_proto::events::v1::WatchRequest {
        filter: Some(dialtone_proto::events::v1::EventFilter { service: "templates".to_owned(), ..Default::default() }),
        ..Default::default()
    };
    let client = world.client.does("hang-midway");
    let request = futures::stream::iter([bytes::Bytes::from(request.encode_to_vec())]);
    let mut messages = client.streaming(WATCH, request).await.expect("it begins").into_inner();
    assert_eq!(within(messages.message()).await.expect("no error").expect("a message"), "one");
    assert_eq!(passed_on(&world, 1), None);
    world.stop();
    let status = within(messages.message()).await.expect_err("told to go elsewhere");
    assert_eq!((status.code(), gateway_reason(&status).as_str()), (Code::Unavailable, "UNAVAILABLE"));
    world.stopped().await;
}
