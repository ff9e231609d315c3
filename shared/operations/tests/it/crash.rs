//! A process may die between any two lines. Whatever it left behind, the next one brings it to the same end.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use dialtone_ids::{OperationId, OperationName};
use dialtone_operations::{Hook, Point, Verdict};
use dialtone_proto::operations::v1::OperationState;

use crate::{
    fixture::{Face, Fixture, Running, hook},
    world::{ALL_OF_THREE, Reply, World, three},
};

/// Where each operation's process dies, once.
type Deaths = Arc<Mutex<HashMap<OperationId, Vec<(Point, usize)>>>>;

fn dying(deaths: &Deaths) -> Hook {
    let deaths = Arc::clone(deaths);
    hook(move |point, whom| {
        let Some((id, step)) = whom else { return Verdict::Go };
        let mut deaths = deaths.lock().expect("not poisoned");
        let due = deaths.get_mut(&id).map_or(&mut [] as &mut [_], |d| d.as_mut_slice());
        match due.iter().position(|d| *d == (point, step)) {
            Some(_) => {
                let rest = deaths.get_mut(&id).expect("it is there");
                rest.retain(|d| *d != (point, step));
                Verdict::Crash
            }
            None => Verdict::Go,
        }
    })
}

async fn one_for_each(
    fixture: &Fixture,
    world: &Arc<World>,
    deaths: impl IntoIterator<Item = Vec<(Point, usize)>>,
) -> (Running, Face, Vec<OperationName>) {
    let plan = Deaths::default();
    let operations = fixture.hooked([three(world)], dying(&plan));
    let mut names = Vec::new();
    for deaths in deaths {
        let name = fixture.start(&operations, "three").await;
        plan.lock().expect("not poisoned").insert(name.id, deaths);
        names.push(name);
    }
    (Running::new(&operations), Face::staff(&operations), names)
}

const STEPS: std::ops::Range<usize> = 0..3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_at_any_point_of_any_step_ends_done_with_every_effect_once() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let points = [Point::Claimed, Point::Acted, Point::Committing, Point::Committed];
    let deaths = points.into_iter().flat_map(|point| STEPS.map(move |step| vec![(point, step)]));
    let (running, face, names) = one_for_each(&fixture, &world, deaths).await;
    for name in names {
        let (_, metadata) = face.done(name).await;
        assert_eq!(metadata.state(), OperationState::Succeeded);
        assert_eq!(metadata.percent, 100);
        assert_eq!(fixture.rows(name.id).await, ALL_OF_THREE);
        assert_eq!(world.present(name.id), ALL_OF_THREE);
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_at_any_point_of_taking_back_ends_with_nothing_left() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|call| match (call.step, call.undo) {
        ("open", false) => Reply::Fail,
        _ => Reply::Ok,
    });
    let points = [Point::Undone, Point::UndoCommitting, Point::UndoCommitted];
    let deaths = points.into_iter().flat_map(|point| STEPS.map(move |step| vec![(point, step)]));
    let (running, face, names) = one_for_each(&fixture, &world, deaths).await;
    for name in names {
        let (_, metadata) = face.done(name).await;
        assert_eq!(metadata.state(), OperationState::Failed);
        assert!(fixture.rows(name.id).await.is_empty());
        assert!(world.present(name.id).is_empty());
        assert_eq!(world.undone(name.id), ["open", "fill", "prepare"]);
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_dies_after_every_call_repeats_each_and_harms_nothing() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let deaths = [STEPS.map(|step| (Point::Acted, step)).collect()];
    let (running, face, names) = one_for_each(&fixture, &world, deaths).await;
    let (_, metadata) = face.done(names[0]).await;
    assert_eq!(metadata.state(), OperationState::Succeeded);
    for step in ["prepare", "open"] {
        assert_eq!(world.calls(names[0].id, step, false), 2);
    }
    assert_eq!(fixture.rows(names[0].id).await, ALL_OF_THREE);
    assert_eq!(world.present(names[0].id), ALL_OF_THREE);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_that_kills_every_worker_becomes_stuck() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let deadly = hook(|point, _| if point == Point::Acted { Verdict::Crash } else { Verdict::Go });
    let operations = fixture.hooked([three(&world)], deadly);
    let name = fixture.start(&operations, "three").await;
    let running = Running::new(&operations);
    let metadata = Face::staff(&operations).until(name, OperationState::Stuck).await;
    assert_eq!(world.calls(name.id, "prepare", false), 3, "the budget of the step");
    assert_eq!(metadata.steps[0].last_error.as_ref().expect("why").code, 13);
    running.stop().await;
}
