//! A process may die between any two lines. Whatever it left behind, the next one brings it to the same end.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use dialtone_ids::{OperationId, OperationName};
use dialtone_operations::{Hook, Point, Verdict};
use dialtone_proto::operations::v1::OperationState;

use crate::{
    fixture::{Face, Fixture, Running, config, hook, mortal},
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
    let operations = fixture.hooked([three(world)], mortal(), dying(&plan));
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

/// Cuts every connection of the service when an operation comes to this place for the first time.
fn cutting(url: String, cuts: Deaths) -> Hook {
    Arc::new(move |point, whom| {
        let (url, cuts) = (url.clone(), Arc::clone(&cuts));
        Box::pin(async move {
            let due = whom.is_some_and(|(id, step)| {
                let mut cuts = cuts.lock().expect("not poisoned");
                let places = cuts.get_mut(&id);
                places.is_some_and(|p| p.iter().position(|d| *d == (point, step)).map(|at| p.swap_remove(at)).is_some())
            });
            if due {
                let (client, connection) =
                    tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("a superuser");
                tokio::spawn(connection);
                let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                            WHERE datname = current_database() AND usename = 'templates_app'";
                client.execute(cut, &[]).await.expect("a superuser may");
            }
            Verdict::Go
        })
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_cut_at_any_point_lose_nothing_and_repeat_nothing() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let cuts = Deaths::default();
    let operations =
        fixture.hooked([three(&world)], config(), cutting(fixture.database.url().to_owned(), Arc::clone(&cuts)));
    let mut names = Vec::new();
    for point in [Point::Claimed, Point::Acted, Point::Committing, Point::Committed] {
        for step in STEPS {
            let name = fixture.start(&operations, "three").await;
            cuts.lock().expect("not poisoned").insert(name.id, vec![(point, step)]);
            names.push(name);
        }
    }
    let (running, face) = (Running::new(&operations), Face::staff(&operations));
    for name in names {
        let done = dialtone_testkit::eventually("the end", crate::fixture::PATIENCE, async || {
            // The watcher's own connection may be among those cut.
            let watched = face.try_get(name).await.ok()?;
            watched.done.then(|| crate::fixture::metadata(&watched))
        });
        assert_eq!(done.await.state(), OperationState::Succeeded);
    }
    running.stop().await;
    let twice =
        "SELECT count(*) AS n FROM (SELECT FROM test_effects GROUP BY operation, step, unit HAVING count(*) > 1) t";
    assert_eq!(fixture.number(twice).await, 0);
    assert_eq!(fixture.number("SELECT count(*) AS n FROM test_effects").await, 12 * 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operation_that_kills_every_worker_becomes_stuck() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let deadly = hook(|point, _| if point == Point::Acted { Verdict::Crash } else { Verdict::Go });
    let operations = fixture.hooked([three(&world)], mortal(), deadly);
    let name = fixture.start(&operations, "three").await;
    let running = Running::new(&operations);
    let metadata = Face::staff(&operations).until(name, OperationState::Stuck).await;
    assert_eq!(world.calls(name.id, "prepare", false), 3, "the budget of the step");
    assert_eq!(metadata.steps[0].last_error.as_ref().expect("why").code, 13);
    running.stop().await;
}
