//! Time limits of calls and of streams.

use dialtone_proto::events::v1::WatchRequest;
use dialtone_status::{Code, Status};

use crate::support::{assert_fault, config, once, start};

fn timeout<T>(mut request: tonic::Request<T>, value: &str) -> tonic::Request<T> {
    request.metadata_mut().insert("grpc-timeout", value.parse().expect("text"));
    request
}

#[tokio::test]
async fn a_unary_call_ends_as_deadline_exceeded_and_its_handler_is_dropped() {
    let running = start(config()).await;
    let call = timeout(running.get("wait"), "50m");
    let status = running.operations().get_operation(call).await.expect_err("too late");
    assert_fault(&status, Code::DeadlineExceeded, "DEADLINE_EXCEEDED");
    once(&running.signals.dropped).await;
}

#[tokio::test]
async fn a_stream_ends_as_deadline_exceeded_in_the_middle_of_its_body() {
    let running = start(config()).await;
    let call = timeout(running.as_platform(WatchRequest::default()), "100m");
    let mut stream = running.events().watch(call).await.expect("it begins").into_inner();
    assert!(stream.message().await.expect("the first message").is_some());
    let status = stream.message().await.expect_err("too late");
    assert_fault(&status, Code::DeadlineExceeded, "DEADLINE_EXCEEDED");
    once(&running.signals.dropped).await;
}

#[tokio::test]
async fn the_process_caps_what_the_caller_does_not() {
    let mut config = config();
    config.max_deadline_ms = 100;
    let running = start(config).await;
    for call in [running.get("wait"), timeout(running.get("wait"), "1H"), timeout(running.get("wait"), "soon")] {
        let status: Status = running.operations().get_operation(call).await.expect_err("too late");
        assert_fault(&status, Code::DeadlineExceeded, "DEADLINE_EXCEEDED");
    }
}

#[tokio::test]
async fn a_call_that_comes_too_late_is_not_worked_on() {
    let running = start(config()).await;
    let call = timeout(running.get("wait"), "0n");
    let status = running.operations().get_operation(call).await.expect_err("too late");
    assert_fault(&status, Code::DeadlineExceeded, "DEADLINE_EXCEEDED");
}

#[tokio::test]
async fn handlers_learn_the_deadline() {
    let mut running = start(config()).await;
    let before = tokio::time::Instant::now();
    running.operations().get_operation(timeout(running.get("x"), "3S")).await.expect("in time");
    let ctx = running.seen.recv().await.expect("the handler ran");
    let left = ctx.deadline - before;
    assert!(left.as_secs_f64() >= 3.0 && left.as_secs_f64() < 5.0, "{left:?}");
    // Without a wish of the caller, the method's own limit.
    running.operations().get_operation(running.get("x")).await.expect("in time");
    let ctx = running.seen.recv().await.expect("the handler ran");
    assert!((ctx.deadline - before).as_secs_f64() >= 5.0);
}
