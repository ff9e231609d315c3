//! The process dies between any two lines, two processes work at once, and the target's own ledger still shows each person once.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use dialtone_operations::{Hook, Point, Verdict};
use dialtone_proto::google::longrunning::CancelOperationRequest;
use dialtone_proto::operations::v1::OperationState;
use dialtone_proto::userprovisioning::v1::{SimulatorSettings, UserState};
use dialtone_testkit::{eventually, request};
use futures::FutureExt as _;
use tokio::sync::Semaphore;

use crate::support::{PATIENCE, World, response};

const FAULTS: SimulatorSettings =
    SimulatorSettings { latency_ms: 5, failure_percent: 15, lost_answer_percent: 10, refused_emails: vec![], seed: 3 };

/// Dies at each place of `points` the first `times` times it is reached.
fn dying_at(points: &'static [Point], times: usize, deaths: Arc<AtomicUsize>) -> Hook {
    let reached: Arc<Mutex<HashMap<Point, usize>>> = Arc::default();
    Arc::new(move |point, _| {
        let mut reached = reached.lock().expect("nobody panics with the lock");
        let count = reached.entry(point).or_default();
        *count += 1;
        // Every second time, so that there is progress in between.
        let dies = points.contains(&point) && *count % 2 == 1 && *count < 2 * times;
        if dies {
            deaths.fetch_add(1, Ordering::SeqCst);
        }
        async move { if dies { Verdict::Crash } else { Verdict::Go } }.boxed()
    })
}

fn small_chunks(config: &mut user_provisioning::Config) {
    config.connectors.chunk = std::num::NonZeroU32::new(10).expect("not zero");
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_at_every_place_creates_each_person_exactly_once() {
    let deaths = Arc::new(AtomicUsize::new(0));
    let hook = dying_at(&Point::OF_AN_OPERATION, 3, Arc::clone(&deaths));
    let world = World::with(small_chunks, Some(hook)).await;
    let batch = world.batch(120, FAULTS).await;
    let started = world.start(&batch).await;
    let (operation, _) = world.ended(&started.name).await;
    assert_eq!(response(&operation).provisioned_count, 120);
    assert_eq!(deaths.load(Ordering::SeqCst), 12, "three times at each of four places");
    let ledger = world.ledger(&batch.target).await;
    assert!(ledger.len() == 120 && ledger.iter().all(|account| account.creation_count == 1));
    assert!(world.everybody().await.iter().all(|user| user.state() == UserState::Provisioned));
    assert_eq!(world.count("SELECT count(*) FROM outbox WHERE kind = 'user.provisioned'").await, 120);
    assert_eq!(world.count("SELECT count(*) FROM history WHERE verb = 'user.provisioned'").await, 120);
}

#[tokio::test(flavor = "multi_thread")]
async fn dying_while_a_cancelled_batch_is_taken_back_still_leaves_nobody() {
    let deaths = Arc::new(AtomicUsize::new(0));
    let undoing = &[Point::Undone, Point::UndoCommitting, Point::UndoCommitted];
    let world = World::with(small_chunks, Some(dying_at(undoing, 2, Arc::clone(&deaths)))).await;
    let batch = world.batch(60, FAULTS).await;
    let started = world.start(&batch).await;
    eventually("some are there", PATIENCE, async || {
        (world.operation(&started.name).await.1.units_done > 0).then_some(())
    })
    .await;
    let cancel = CancelOperationRequest { name: started.name.clone() };
    world.operations().cancel_operation(request(&world.admin, cancel)).await.unwrap();
    assert_eq!(world.ended(&started.name).await.1.state(), OperationState::Cancelled);
    assert_eq!(deaths.load(Ordering::SeqCst), 6);
    assert!(world.ledger(&batch.target).await.is_empty());
    assert!(world.everybody().await.is_empty());
}

/// Stops the first worker that has called the target until the gate opens, as SIGSTOP does; the lease goes meanwhile.
fn stopping(gate: Arc<Semaphore>, stopped: Arc<AtomicUsize>) -> Hook {
    Arc::new(move |point, _| {
        let (gate, stopped) = (Arc::clone(&gate), Arc::clone(&stopped));
        async move {
            if point == Point::Acted && stopped.fetch_add(1, Ordering::SeqCst) == 0 {
                let _open = gate.acquire().await;
            }
            // Nobody renews while everything is stopped.
            if point == Point::Heartbeat && gate.available_permits() == 0 { Verdict::Crash } else { Verdict::Go }
        }
        .boxed()
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_workers_the_stale_one_writes_nothing() {
    let (gate, stopped) = (Arc::new(Semaphore::new(0)), Arc::new(AtomicUsize::new(0)));
    let world = World::with(small_chunks, Some(stopping(Arc::clone(&gate), Arc::clone(&stopped)))).await;
    let batch = world.batch(40, FAULTS).await;
    let started = world.start(&batch).await;
    eventually("the first worker stopped", PATIENCE, async || (stopped.load(Ordering::SeqCst) > 0).then_some(())).await;
    let (_channel, _stop) = world.another(small_chunks, None).await;
    let (operation, _) = world.ended(&started.name).await;
    assert_eq!(response(&operation).provisioned_count, 40);
    let events = "SELECT count(*) FROM outbox";
    let before = world.count(events).await;
    gate.add_permits(1);
    // The stale worker finds the operation gone; nothing it wrote appears within a lease.
    tokio::time::timeout(Duration::from_millis(700), async {
        loop {
            assert_eq!(world.count(events).await, before);
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect_err("looked until the time was up");
    assert!(world.ledger(&batch.target).await.iter().all(|account| account.creation_count == 1));
    assert_eq!(world.everybody().await.len(), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_share_many_batches_and_double_nobody() {
    let world = World::new().await;
    let (_channel, _stop) = world.another(|_| {}, None).await;
    let first = world.batch(50, FAULTS).await;
    let mut names = Vec::new();
    for round in 0..6 {
        let mut batch = first.clone();
        for user in &mut batch.users {
            user.email = format!("round{round}.{}", user.email);
        }
        names.push(world.start(&batch).await.name);
    }
    for name in names {
        assert_eq!(response(&world.ended(&name).await.0).provisioned_count, 50);
    }
    let ledger = world.ledger(&first.target).await;
    assert!(ledger.len() == 300 && ledger.iter().all(|account| account.creation_count == 1));
}
