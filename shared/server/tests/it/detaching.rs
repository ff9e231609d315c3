//! Mutations that outlive their callers.

use dialtone_proto::google::longrunning::DeleteOperationRequest;
use dialtone_status::Code;
use dialtone_testkit::log_guard;
use tokio::time::timeout;

use crate::support::{PATIENCE, assert_fault, config, once, start};

fn delete(name: &str) -> DeleteOperationRequest {
    DeleteOperationRequest { name: name.to_owned() }
}

#[tokio::test]
async fn a_dropped_call_does_not_stop_a_detached_mutation() {
    let running = start(config()).await;
    let (mut client, request) = (running.operations(), running.as_platform(delete("x")));
    let call = tokio::spawn(async move { client.delete_operation(request).await });
    once(&running.signals.began).await;
    call.abort();
    // The handler is gone, its mutation still waits.
    once(&running.signals.dropped).await;
    running.signals.gate.add_permits(1);
    timeout(PATIENCE, running.signals.done.notified()).await.expect("the mutation ends");
}

#[tokio::test]
async fn a_panic_of_a_detached_mutation_is_typed() {
    let mut logs = log_guard();
    logs.allow("a detached task panicked");
    let running = start(config()).await;
    running.signals.gate.add_permits(1);
    let request = running.as_platform(delete("panic"));
    let status = running.operations().delete_operation(request).await.expect_err("it panics");
    assert_fault(&status, Code::Internal, "INTERNAL");
}

#[tokio::test]
async fn the_drain_waits_for_a_detached_mutation() {
    let running = start(config()).await;
    let (mut client, request) = (running.operations(), running.as_platform(delete("x")));
    let call = tokio::spawn(async move { client.delete_operation(request).await });
    once(&running.signals.began).await;
    call.abort();
    once(&running.signals.dropped).await;
    running.stop.cancel();
    // The listener is closed before the drain begins.
    let address = running.address;
    dialtone_testkit::eventually("the port is closed", PATIENCE, async || {
        tokio::net::TcpStream::connect(address).await.is_err().then_some(())
    })
    .await;
    assert!(!running.server.is_finished());
    running.signals.gate.add_permits(1);
    timeout(PATIENCE, running.server).await.expect("it drains").expect("no panic");
    timeout(PATIENCE, running.signals.done.notified()).await.expect("the mutation ended");
}
