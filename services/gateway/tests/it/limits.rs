//! Sizes and numbers.

use crate::{
    backend::within,
    world::{BOTH_STREAM, CHANGE, CLIENT_STREAM, READ, World, gateway_reason},
};
use bytes::Bytes;
use dialtone_status::error_info;
use futures::{SinkExt as _, channel::mpsc, stream};
use tonic::{Code, Status};

fn too_large(status: &Status) {
    assert_eq!((status.code(), gateway_reason(status).as_str()), (Code::ResourceExhausted, "MESSAGE_TOO_LARGE"));
    assert_eq!(error_info(status).expect("checked above").metadata["limit_bytes"], "1000");
}

#[tokio::test]
async fn a_message_above_the_limit_is_refused_and_one_at_the_limit_is_not() {
    let world = World::with(&[("limits.max_message_bytes", "1000")]).await;
    world.client.unary(CHANGE, vec![1; 1000]).await.expect("at the limit");
    too_large(&world.client.unary(CHANGE, vec![1; 1001]).await.expect_err("above it"));
    too_large(
        &world.client.unary("/google.longrunning.Operations/GetOperation", vec![1; 1001]).await.expect_err("above it"),
    );
}

#[tokio::test]
async fn a_large_message_in_a_stream_is_refused_before_and_after_the_answer_has_begun() {
    let world = World::with(&[("limits.max_message_bytes", "1000")]).await;
    let words = stream::iter([Bytes::from("small"), Bytes::from(vec![1; 1001])]);
    let client = world.client.does("collect");
    too_large(&client.streaming(CLIENT_STREAM, words).await.expect_err("no answer yet"));

    let (mut say, words) = mpsc::channel::<Bytes>(0);
    let answer = world.client.streaming(BOTH_STREAM, words).await.expect("the head comes first");
    let mut answers = answer.into_inner();
    say.send(Bytes::from("small")).await.expect("taken");
    assert_eq!(within(answers.message()).await.expect("no error").expect("an echo"), "small");
    say.send(Bytes::from(vec![1; 1001])).await.expect("taken");
    too_large(&within(answers.message()).await.expect_err("then the refusal"));
}

#[tokio::test]
async fn calls_beyond_the_limit_are_shed_and_health_is_not() {
    let world = World::with(&[("serve.max_requests", "1")]).await;
    let mut started = world.seen[0].started.subscribe();
    let client = world.client.does("hang");
    let hanging = tokio::spawn(async move { client.unary(READ, "").await });
    within(started.wait_for(|n| *n == 1)).await.expect("the backend lives");
    let status = world.client.unary(READ, "").await.expect_err("there is no room");
    assert_eq!((status.code(), gateway_reason(&status).as_str()), (Code::ResourceExhausted, "OVERLOADED"));
    assert!(dialtone_status::retry_delay(&status).is_some());
    world.client.unary("/grpc.health.v1.Health/Check", "").await.expect("a busy gateway is not a dead one");
    hanging.abort();
    within(async { while world.client.unary(READ, "").await.is_err() {} }).await;
}

#[tokio::test]
async fn calls_beyond_the_streams_of_a_connection_wait() {
    let world = World::with(&[("serve.max_streams_per_connection", "1")]).await;
    let mut started = world.seen[0].started.subscribe();
    let client = world.client.does("hang");
    let hanging = tokio::spawn(async move { client.unary(READ, "").await });
    within(started.wait_for(|n| *n == 1)).await.expect("the backend lives");
    let client = world.client.clone();
    let waiting = tokio::spawn(async move { client.unary(READ, "x").await });
    let mut other = crate::world::Client::connect(world.address);
    other.metadata = world.client.metadata.clone();
    other.unary(READ, "").await.expect("another connection has streams of its own");
    assert!(!waiting.is_finished());
    hanging.abort();
    within(waiting).await.expect("no panic").expect("its turn came");
}
