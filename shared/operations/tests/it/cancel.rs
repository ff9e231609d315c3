//! A cancel takes effect between chunks and steps, and leaves nothing behind.

use std::sync::{Arc, Mutex, OnceLock};

use dialtone_ids::OperationName;
use dialtone_operations::{Hook, Point, Verdict, model::RetryRule};
use dialtone_proto::{google::longrunning::operation::Result as Outcome, operations::v1::OperationState};

use crate::{
    fixture::{Face, Fixture, PATIENCE, Running, config},
    world::{ALL_OF_THREE, QUICK, Reply, Unit, World, three},
};

/// Cancels an operation when it comes to this place for the first time.
fn cancelling(at: Arc<Mutex<Vec<(OperationName, Point, usize)>>>, face: Arc<OnceLock<Face>>) -> Hook {
    Arc::new(move |point, whom| {
        let (at, face) = (Arc::clone(&at), Arc::clone(&face));
        Box::pin(async move {
            // Not kept while the cancel waits for a connection: other workers come here with theirs.
            let due = {
                let mut at = at.lock().expect("no test panics with it");
                let place = at.iter().position(|(name, p, step)| *p == point && whom == Some((name.id, *step)));
                place.map(|place| at.swap_remove(place).0)
            };
            if let Some(name) = due {
                face.get().expect("set before the engine runs").cancel(name).await;
            }
            Verdict::Go
        })
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_at_any_point_of_any_step_leaves_nothing_behind() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let (plan, face) = (Arc::default(), Arc::new(OnceLock::new()));
    let operations = fixture.hooked([three(&world)], config(), cancelling(Arc::clone(&plan), Arc::clone(&face)));
    assert!(face.set(Face::staff(&operations)).is_ok());
    let mut cancelled = Vec::new();
    for point in [Point::Claimed, Point::Acted, Point::Committed] {
        for step in 0..3 {
            let name = fixture.start(&operations, "three").await;
            plan.lock().expect("no test panics with it").push((name, point, step));
            cancelled.push((name, point, step));
        }
    }
    let running = Running::new(&operations);
    let face = face.get().expect("just set");
    for (name, point, step) in cancelled {
        let (operation, metadata) = face.done(name).await;
        // A claim happens at the first step only; and what is done when the wish is read is done.
        let too_late = step == 2 || point == Point::Claimed && step > 0;
        if too_late {
            assert_eq!(metadata.state(), OperationState::Succeeded, "{point:?} {step}");
            assert_eq!(fixture.rows(name.id).await, ALL_OF_THREE);
            continue;
        }
        assert_eq!(metadata.state(), OperationState::Cancelled, "{point:?} {step}");
        assert!(matches!(operation.result, Some(Outcome::Error(status)) if status.code == 1));
        assert!(fixture.rows(name.id).await.is_empty(), "{point:?} {step}");
        assert!(world.present(name.id).is_empty(), "{point:?} {step}");
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_before_the_first_claim_calls_nobody() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let operations = fixture.operations([three(&world)]);
    let (name, face) = (fixture.start(&operations, "three").await, Face::staff(&operations));
    face.cancel(name).await;
    face.cancel(name).await;
    let running = Running::new(&operations);
    let (_, metadata) = face.done(name).await;
    assert_eq!(metadata.state(), OperationState::Cancelled);
    assert_eq!(world.calls(name.id, "prepare", false) + world.calls(name.id, "prepare", true), 0);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_during_a_long_wait_for_the_next_attempt_takes_effect_at_once() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|call| if call.undo { Reply::Ok } else { Reply::Retry });
    let patient = RetryRule { first: PATIENCE * 10, cap: PATIENCE * 10, ..QUICK };
    let step = Unit { rule: patient, ..Unit::new("prepare", 1, &world) };
    let operations = fixture.operations([dialtone_operations::Definition::new("patient", 1).step(step)]);
    let (name, face) = (fixture.start(&operations, "patient").await, Face::staff(&operations));
    let running = Running::new(&operations);
    dialtone_testkit::eventually("the first failure", PATIENCE, async || {
        (face.metadata(name).await.steps[0].attempts == 1).then_some(())
    })
    .await;
    face.cancel(name).await;
    let (_, metadata) = face.done(name).await;
    assert_eq!(metadata.state(), OperationState::Cancelled);
    assert_eq!(world.calls(name.id, "prepare", true), 1, "an attempt that failed may have had an effect");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stuck_operation_can_be_cancelled() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|call| match (call.step, call.undo) {
        ("open", false) => Reply::Stuck,
        _ => Reply::Ok,
    });
    let operations = fixture.operations([three(&world)]);
    let (name, face) = (fixture.start(&operations, "three").await, Face::staff(&operations));
    let running = Running::new(&operations);
    face.until(name, OperationState::Stuck).await;
    face.cancel(name).await;
    let (_, metadata) = face.done(name).await;
    assert_eq!(metadata.state(), OperationState::Cancelled);
    assert!(world.present(name.id).is_empty());
    running.stop().await;
}
