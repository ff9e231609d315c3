//! Releases: work begun by one finishes under the next, and what a release does not know it leaves alone.

use dialtone_operations::Definition;
use dialtone_proto::operations::v1::OperationState;

use crate::{
    fixture::{Face, Fixture, Running},
    world::{Unit, World},
};

fn version(version: i32, step: &'static str, world: &std::sync::Arc<World>) -> Definition {
    Definition::new("changing", version).step(Unit::new(step, 1, world))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_newer_release_started_is_left_alone_by_an_older_one() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let newer = fixture.operations([version(1, "old", &world), version(2, "new", &world)]);
    let older = fixture.operations([version(1, "old", &world)]);
    let started_by_newer = fixture.start(&newer, "changing").await;
    let started_by_older = fixture.start(&older, "changing").await;
    let (face, running) = (Face::staff(&older), Running::new(&older));
    // It was due later, so the older release passed the other by to get to it.
    assert_eq!(face.done(started_by_older).await.1.state(), OperationState::Succeeded);
    running.stop().await;
    assert_eq!(face.metadata(started_by_newer).await.state(), OperationState::Pending);
    assert_eq!(fixture.number("SELECT epoch AS n FROM operations").await, 0);
    let (seen_by_older, seen_by_newer) = (older.queue().await.expect("read"), newer.queue().await.expect("read"));
    assert_eq!((seen_by_older.due, seen_by_older.unknown), (0, 1));
    assert_eq!((seen_by_newer.due, seen_by_newer.unknown), (1, 0));
    assert!(seen_by_newer.oldest_seconds > 0.0);

    let running = Running::new(&newer);
    let (_, metadata) = Face::staff(&newer).done(started_by_newer).await;
    assert_eq!((metadata.state(), metadata.steps[0].name.as_str()), (OperationState::Succeeded, "new"));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_older_release_started_finishes_under_a_newer_one_with_its_own_steps() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let older = fixture.operations([version(1, "old", &world)]);
    let name = fixture.start(&older, "changing").await;
    let newer = fixture.operations([version(1, "old", &world), version(2, "new", &world)]);
    let (face, running) = (Face::staff(&newer), Running::new(&newer));
    assert_eq!(face.done(name).await.1.state(), OperationState::Succeeded);
    assert_eq!(world.calls(name.id, "old", false), 1);
    running.stop().await;
}
