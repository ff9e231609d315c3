//! More than the server takes on.

use dialtone_proto::events::v1::WatchRequest;
use dialtone_status::{Code, retry_delay};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use crate::support::{assert_fault, config, once, start};

#[tokio::test]
async fn calls_over_the_limit_are_refused_with_a_time_to_come_back() {
    let mut config = config();
    config.max_requests = 1;
    let running = start(config).await;
    let (mut client, request) = (running.operations(), running.get("wait"));
    let first = tokio::spawn(async move { client.get_operation(request).await });
    once(&running.signals.began).await;

    let status = running.operations().get_operation(running.get("x")).await.expect_err("full");
    assert_fault(&status, Code::ResourceExhausted, "OVERLOADED");
    assert!(retry_delay(&status).is_some_and(|delay| !delay.is_zero()));

    // A busy process is not a dead one, and streams have a limit of their own.
    let mut health = HealthClient::with_origin(running.http.clone(), running.origin());
    health.check(HealthCheckRequest::default()).await.expect("probes are never refused");
    running.events().watch(running.as_platform(WatchRequest::default())).await.expect("not counted");

    running.signals.gate.add_permits(1);
    first.await.expect("no panic").expect("it was let in");
    running.operations().get_operation(running.get("x")).await.expect("there is room again");
}

#[tokio::test]
async fn endless_streams_have_their_own_limit_and_give_their_place_back() {
    let mut config = config();
    config.max_streams = 1;
    let running = start(config).await;
    let watch = || running.as_platform(WatchRequest::default());
    let first = running.events().watch(watch()).await.expect("room for one");
    let status = running.events().watch(watch()).await.expect_err("full");
    assert_fault(&status, Code::ResourceExhausted, "OVERLOADED");
    running.operations().get_operation(running.get("x")).await.expect("calls are not hindered");
    drop(first);
    once(&running.signals.dropped).await;
    running.events().watch(watch()).await.expect("room again");
}
