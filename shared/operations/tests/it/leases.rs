//! Two workers with one operation: the stale one writes nothing.

use std::{
    num::NonZeroU64,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use dialtone_operations::{OperationsConfig, Point, Verdict};
use dialtone_proto::operations::v1::OperationState;
use dialtone_testkit::eventually;
use tokio::sync::Notify;

use crate::{
    fixture::{Face, Fixture, PATIENCE, Running, hook, leased_for, mortal},
    world::{ALL_OF_THREE, Reply, World, three},
};

const HOUR: u64 = 3_600_000;

/// A world whose first call of `prepare` waits for the returned bell, and tells when it is dropped.
fn hanging() -> (Arc<World>, Arc<Notify>, Arc<AtomicBool>) {
    let (bell, dropped) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    let (b, d) = (Arc::clone(&bell), Arc::clone(&dropped));
    let world = World::scripted(move |call| match (call.step, call.before, call.undo) {
        ("prepare", 0, false) => {
            let (bell, tell) = (Arc::clone(&b), TellDrop(Arc::clone(&d)));
            Reply::After(Box::pin(async move {
                bell.notified().await;
                drop(tell);
            }))
        }
        _ => Reply::Ok,
    });
    (world, bell, dropped)
}

struct TellDrop(Arc<AtomicBool>);

impl Drop for TellDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_does_not_know_that_it_lost_its_lease_writes_nothing() {
    let fixture = Fixture::new().await;
    let (world, bell, _) = hanging();
    // It believes in its lease for an hour and never asks: nothing but the epoch stands between it and a write.
    let concluded = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&concluded);
    let deaf = hook(move |point, _| match point {
        Point::Heartbeat => Verdict::Crash,
        Point::Acted => {
            seen.store(true, Ordering::SeqCst);
            Verdict::Go
        }
        _ => Verdict::Go,
    });
    let stale = fixture.hooked([three(&world)], leased_for(HOUR), deaf);
    let name = fixture.start(&stale, "three").await;
    let first = Running::new(&stale);
    eventually("the first call", PATIENCE, async || (world.calls(name.id, "prepare", false) == 1).then_some(())).await;

    fixture.sql("UPDATE operations SET lease_until = now() - interval '1 second'").await;
    let fresh = fixture.operations([three(&world)]);
    let second = Running::new(&fresh);
    let face = Face::staff(&fresh);
    let (finished, _) = face.done(name).await;
    let told = fixture.number("SELECT count(*) AS n FROM outbox").await;

    bell.notify_one();
    eventually("the stale worker's attempt", PATIENCE, async || concluded.load(Ordering::SeqCst).then_some(())).await;
    first.stop().await;
    assert_eq!(face.get(name).await, finished);
    assert_eq!(fixture.rows(name.id).await, ALL_OF_THREE);
    assert_eq!(fixture.number("SELECT count(*) AS n FROM outbox").await, told);
    second.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stale_worker_is_refused_while_the_operation_still_runs_elsewhere() {
    let fixture = Fixture::new().await;
    let (world, bell, _) = hanging();
    let deaf = hook(|point, _| if point == Point::Heartbeat { Verdict::Crash } else { Verdict::Go });
    let stale = fixture.hooked([three(&world)], leased_for(HOUR), deaf);
    let name = fixture.start(&stale, "three").await;
    let first = Running::new(&stale);
    eventually("the first call", PATIENCE, async || (world.calls(name.id, "prepare", false) == 1).then_some(())).await;

    // As if another worker had claimed it and were busy with a long call.
    fixture.sql("UPDATE operations SET epoch = epoch + 1, lease_until = now() + interval '1 hour'").await;
    bell.notify_one();
    // The stale worker is through when its engine has nothing left to wait for.
    first.stop().await;
    assert!(fixture.rows(name.id).await.is_empty());
    let untouched = "SELECT count(*) AS n FROM operations WHERE epoch = 2 AND step = 0 AND notes = '{}'";
    assert_eq!(fixture.number(untouched).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_lease_drops_the_call_under_way() {
    let fixture = Fixture::new().await;
    let (world, _bell, dropped) = hanging();
    let operations = fixture.configured([three(&world)], mortal());
    let name = fixture.start(&operations, "three").await;
    let running = Running::new(&operations);
    eventually("the call", PATIENCE, async || (world.calls(name.id, "prepare", false) == 1).then_some(())).await;
    fixture.sql("UPDATE operations SET epoch = epoch + 1, lease_until = now() + interval '1 hour'").await;
    eventually("the drop", PATIENCE, async || dropped.load(Ordering::SeqCst).then_some(())).await;
    running.stop().await;
    assert_eq!(fixture.number("SELECT epoch AS n FROM operations").await, 2, "and nothing is given back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_longer_than_the_lease_keeps_its_operation() {
    let fixture = Fixture::new().await;
    let (world, bell, _) = hanging();
    let operations = fixture.configured([three(&world)], mortal());
    let (name, face) = (fixture.start(&operations, "three").await, Face::staff(&operations));
    let running = Running::new(&operations);
    let other = Running::new(&fixture.configured([three(&world)], mortal()));
    let older = "SELECT count(*) AS n FROM operations WHERE lease_until > update_time + interval '3500 milliseconds'";
    eventually("two leases' time", PATIENCE, async || (fixture.number(older).await == 1).then_some(())).await;
    bell.notify_one();
    assert_eq!(face.done(name).await.1.state(), OperationState::Succeeded);
    assert_eq!(world.calls(name.id, "prepare", false), 1);
    running.stop().await;
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_stops_hands_back_what_it_cannot_finish() {
    let fixture = Fixture::new().await;
    let (world, _bell, _) = hanging();
    let hasty = OperationsConfig { drain_ms: NonZeroU64::new(50).expect("not zero"), ..leased_for(HOUR) };
    let operations = fixture.configured([three(&world)], hasty);
    let name = fixture.start(&operations, "three").await;
    let running = Running::new(&operations);
    eventually("the call", PATIENCE, async || (world.calls(name.id, "prepare", false) == 1).then_some(())).await;
    running.stop().await;
    let free = "SELECT count(*) AS n FROM operations WHERE lease_until IS NULL AND failures = 0 AND run_at <= now()";
    assert_eq!(fixture.number(free).await, 1);
    let next = fixture.operations([three(&world)]);
    let running = Running::new(&next);
    assert_eq!(Face::staff(&next).done(name).await.1.state(), OperationState::Succeeded);
    running.stop().await;
}
