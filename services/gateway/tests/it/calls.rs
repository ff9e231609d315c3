//! What passes through unchanged, and what does not pass.

use crate::{
    backend::failure,
    world::{CHANGE, READ, World},
};
use dialtone_authz::Caller;
use tonic::{Code, metadata::MetadataMap};

fn metadata<'a>(map: &'a MetadataMap, name: &str) -> &'a str {
    map.get(name).expect("it is there").to_str().expect("text")
}

#[tokio::test]
async fn a_call_passes_with_its_bytes_and_metadata_both_ways() {
    let world = World::start().await;
    let client = world.client.with("x-custom", "value");
    let answer = client.unary(READ, vec![0, 1, 2, 255]).await.expect("answered");
    assert_eq!(metadata(answer.metadata(), "x-answer"), "yes");
    assert_eq!(&answer.into_inner()[..], [0, 1, 2, 255]);
    let (path, headers) = world.seen[0].last();
    assert_eq!(path, READ);
    assert_eq!(headers["x-custom"], "value");
    assert_eq!(headers["te"], "trailers");
}

#[tokio::test]
async fn an_error_passes_with_status_details_and_trailers_byte_for_byte() {
    let world = World::start().await;
    for does in ["fail", "fail-midway"] {
        let client = world.client.does(does);
        let status = match client.one(READ, "").await {
            Err(status) => status,
            Ok(answer) => {
                let mut messages = answer.into_inner();
                for expected in ["one", "two"] {
                    assert_eq!(messages.message().await.expect("a message").expect("not the end"), expected);
                }
                messages.message().await.expect_err("then the error")
            }
        };
        let sent = failure();
        assert_eq!((status.code(), status.message(), status.details()), (sent.code(), sent.message(), sent.details()));
        assert_eq!(status.metadata().get("x-trailer"), sent.metadata().get("x-trailer"));
        assert_eq!(status.metadata().get_bin("x-trailer-bin"), sent.metadata().get_bin("x-trailer-bin"));
    }
}

#[tokio::test]
async fn what_pretends_to_be_ours_is_dropped_and_credentials_stay_here() {
    let world = World::start().await;
    let client = world.client.with("x-dialtone-identity", "forged").with("x-dialtone-tenant", "forged");
    let answer = client.unary(READ, "").await.expect("answered");
    assert!(answer.metadata().get("x-dialtone-secret").is_none(), "nor does it leak back");
    let (_, headers) = world.seen[0].last();
    assert_eq!(world.caller(&headers), Caller::person("alice"));
    assert!(headers.get("x-dialtone-tenant").is_none());
    assert!(headers.get("authorization").is_none());
}

#[tokio::test]
async fn the_request_id_is_kept_or_made_and_said_to_both_sides() {
    let world = World::start().await;
    let answer = world.client.with("x-request-id", "mine-1").unary(READ, "").await.expect("answered");
    assert_eq!(metadata(answer.metadata(), "x-request-id"), "mine-1");
    assert_eq!(world.seen[0].last().1["x-request-id"], "mine-1");
    let answer = world.client.unary(READ, "").await.expect("answered");
    let made = metadata(answer.metadata(), "x-request-id").to_owned();
    assert_eq!(world.seen[0].last().1["x-request-id"], made.as_str());
    let refused = world.client.anonymous().with("x-request-id", "mine-2").unary(READ, "").await.expect_err("no token");
    assert_eq!(metadata(refused.metadata(), "x-request-id"), "mine-2");
}

#[tokio::test]
async fn the_callers_trace_goes_on() {
    let world = World::start().await;
    let parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    world.client.with("traceparent", parent).unary(READ, "").await.expect("answered");
    let (_, headers) = world.seen[0].last();
    let passed_on = headers["traceparent"].to_str().expect("text");
    assert_eq!(passed_on.split('-').nth(1), parent.split('-').nth(1));
}

#[tokio::test]
async fn large_messages_pass_both_ways() {
    let world = World::start().await;
    let big: Vec<u8> = (0..3_000_000u32).map(|i| i as u8).collect();
    let answer = world.client.unary(CHANGE, big.clone()).await.expect("answered");
    assert!(answer.into_inner() == big);
    let mut answer = world.client.does("big").one(READ, "").await.expect("answered").into_inner();
    let message = answer.message().await.expect("a message").expect("one");
    assert_eq!(message.len(), 3_000_000);
}

#[tokio::test]
async fn a_service_that_is_away_is_unavailable_and_says_when_to_come_back() {
    let mut world = World::with(&[("upstreams.org_finder.connection_wait_ms", "20")]).await;
    world.backend(0).kill().await;
    let status = loop {
        let status = world.client.unary(READ, "").await.expect_err("nobody is there");
        // The connection may take a moment to notice.
        if world.seen[0].count() == 0 {
            break status;
        }
    };
    assert_eq!((status.code(), crate::world::gateway_reason(&status).as_str()), (Code::Unavailable, "UNAVAILABLE"));
    assert!(dialtone_status::retry_delay(&status).is_some());
}
