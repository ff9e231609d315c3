//! The kinds of streaming, their flow and their cancellation.

use crate::{
    backend::within,
    world::{BOTH_STREAM, CLIENT_STREAM, READ, SERVER_STREAM, World},
};
use bytes::Bytes;
use futures::{SinkExt as _, channel::mpsc, stream};
use http::Request;
use tokio::net::TcpStream;
use tonic::Streaming;

async fn all(mut messages: Streaming<Bytes>) -> Vec<Bytes> {
    let mut all = vec![];
    while let Some(message) = within(messages.message()).await.expect("no error") {
        all.push(message);
    }
    all
}

#[tokio::test]
async fn client_streams_pass() {
    let world = World::start().await;
    let words = stream::iter(["a", "b", "c"].map(Bytes::from));
    let answer = world.client.does("collect").streaming(CLIENT_STREAM, words).await.expect("answered");
    assert_eq!(all(answer.into_inner()).await, ["abc"]);
}

#[tokio::test]
async fn server_streams_pass() {
    let world = World::start().await;
    let answer = world.client.does("count-to-three").one(SERVER_STREAM, "").await.expect("answered");
    assert_eq!(all(answer.into_inner()).await, ["one", "two", "three"]);
    assert_eq!(world.seen[2].count(), 1);
}

#[tokio::test]
async fn both_sides_may_talk_in_turns() {
    let world = World::start().await;
    let (mut say, words) = mpsc::channel::<Bytes>(0);
    let answer = world.client.streaming(BOTH_STREAM, words).await.expect("the head comes first");
    let mut answers = answer.into_inner();
    for word in ["one", "two", "three"] {
        say.send(Bytes::from(word)).await.expect("taken");
        assert_eq!(within(answers.message()).await.expect("no error").expect("an echo"), word);
    }
    say.close_channel();
    assert!(within(answers.message()).await.expect("no error").is_none());
}

#[tokio::test]
async fn a_long_stream_passes_whole_with_a_slow_reader() {
    let world = World::start().await;
    let chunk = Bytes::from(vec![1; 100_000]);
    let words = stream::iter(std::iter::repeat_n(chunk, 200));
    let answer = world.client.streaming(BOTH_STREAM, words).await.expect("answered");
    let mut answers = answer.into_inner();
    let mut total = 0;
    while let Some(message) = within(answers.message()).await.expect("no error") {
        total += message.len();
        tokio::task::yield_now().await;
    }
    assert_eq!(total, 20_000_000);
}

#[tokio::test]
async fn a_reader_that_stops_holds_up_the_sender() {
    let world = World::start().await;
    let (mut say, words) = mpsc::channel::<Bytes>(0);
    let answer = world.client.streaming(BOTH_STREAM, words).await.expect("answered");
    let chunk = Bytes::from(vec![1; 1_000_000]);
    let mut sent = 0;
    // Nobody reads the echo, so the windows between here and there fill up and the sending stops.
    while sent < 200 {
        match tokio::time::timeout(std::time::Duration::from_millis(500), say.send(chunk.clone())).await {
            Ok(taken) => taken.expect("the call goes on"),
            Err(_) => break,
        }
        sent += 1;
    }
    assert!(sent < 100, "{sent} MB were taken though nobody reads");
    say.close_channel();
    let echoed: usize = all(answer.into_inner()).await.iter().map(Bytes::len).sum();
    assert!(echoed >= sent * 1_000_000, "what was taken arrives");
}

#[tokio::test]
async fn a_caller_that_leaves_cancels_the_call_at_the_service() {
    let world = World::start().await;
    let mut started = world.seen[0].started.subscribe();
    let mut cancelled = world.seen[0].cancelled.subscribe();
    let client = world.client.does("hang");
    let call = tokio::spawn(async move { client.unary(READ, "").await });
    within(started.wait_for(|n| *n == 1)).await.expect("the backend lives");
    call.abort();
    within(cancelled.wait_for(|n| *n == 1)).await.expect("the backend lives");
}

#[tokio::test]
async fn a_caller_that_leaves_midway_cancels_the_stream_at_the_service() {
    let world = World::start().await;
    let plain = Plain::connect(&world).await;
    let (answer, mut say) = plain.call(BOTH_STREAM, "echo");
    say.send_data(Bytes::from_static(WORD), false).expect("the stream is open");
    let mut answers = within(answer).await.expect("the head comes").into_body();
    assert_eq!(within(answers.data()).await.expect("an echo").expect("no error"), WORD);
    say.send_reset(h2::Reason::CANCEL);
    let mut broken = world.seen[3].broken.subscribe();
    within(broken.wait_for(|n| *n == 1)).await.expect("the backend lives");
}

/// The message `x` in its frame.
const WORD: &[u8] = b"\0\0\0\0\x01x";

/// A client that can break off as it likes.
struct Plain {
    sender: h2::client::SendRequest<Bytes>,
    token: String,
}

impl Plain {
    async fn connect(world: &World) -> Self {
        let token = world.client.metadata.get("authorization").expect("it has one").to_str().expect("text");
        let tcp = TcpStream::connect(world.address).await.expect("the gateway listens");
        let (sender, connection) = h2::client::handshake(tcp).await.expect("HTTP/2");
        tokio::spawn(connection);
        Self { sender, token: token.to_owned() }
    }

    fn call(&self, path: &str, does: &str) -> (h2::client::ResponseFuture, h2::SendStream<Bytes>) {
        let request = Request::post(format!("http://gateway{path}"))
            .header("content-type", "application/grpc")
            .header("authorization", &self.token)
            .header("x-do", does)
            .body(())
            .expect("well-formed");
        self.sender.clone().send_request(request, false).expect("the connection is good")
    }
}

#[tokio::test]
async fn a_service_that_ends_early_ends_the_call_though_the_caller_still_sends() {
    let world = World::start().await;
    let (mut say, words) = mpsc::channel::<Bytes>(0);
    let client = world.client.does("count-to-three");
    let answer = client.streaming(BOTH_STREAM, words).await.expect("answered");
    assert_eq!(all(answer.into_inner()).await.len(), 3);
    while within(say.send(Bytes::from("more"))).await.is_ok() {}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_that_breaks_off_is_never_taken_for_the_whole() {
    let world = World::start().await;
    let plain = Plain::connect(&world).await;
    let mut broken = world.seen[0].broken.subscribe();
    for (round, reason) in [h2::Reason::NO_ERROR, h2::Reason::CANCEL].into_iter().cycle().take(40).enumerate() {
        let mut started = world.seen[0].started.subscribe();
        let (answer, mut upload) = plain.call(CLIENT_STREAM, "collect");
        upload.send_data(Bytes::from_static(WORD), false).expect("the stream is open");
        within(started.wait_for(|n| *n > round)).await.expect("the backend lives");
        upload.send_reset(reason);
        drop(answer);
        within(broken.wait_for(|n| *n > round)).await.expect("the backend lives");
    }
    assert_eq!(*world.seen[0].whole.borrow(), 0);
    let words = stream::iter(["a", "b"].map(Bytes::from));
    world.client.does("collect").streaming(CLIENT_STREAM, words).await.expect("answered");
    let mut whole = world.seen[0].whole.subscribe();
    within(whole.wait_for(|n| *n == 1)).await.expect("the backend lives");
    assert_eq!(*world.seen[0].broken.borrow(), 40, "and a whole one is told from it");
}
