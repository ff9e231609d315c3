//! Operations that start others and wait for them without holding a worker.

use std::{num::NonZeroU32, sync::Arc};

use dialtone_db::Conn;
use dialtone_operations::{
    Definition, Job, NewOperation, Next, Operations, OperationsConfig, Step, StepError, model::State,
};
use dialtone_proto::{google::longrunning::operation::Result as Outcome, operations::v1::OperationState};
use serde_json::{Value, json};
use std::sync::OnceLock;

use crate::{
    fixture::{Face, Fixture, Running, config},
    world::{Reply, World, three},
};

/// Starts three operations, waits for them, and counts how they ended.
struct Family(Arc<OnceLock<Operations>>);

impl Step for Family {
    fn name(&self) -> &'static str {
        "family"
    }

    async fn commit(&self, c: &mut Conn, job: &Job, _: &Value) -> Result<Next, StepError> {
        let operations = self.0.get().expect("set before the engine runs");
        if job.notes.get("started").is_none() {
            for _ in 0..3 {
                let child = NewOperation {
                    kind: "three",
                    organization: job.organization,
                    target: job.target.clone(),
                    input: json!({}),
                    units_total: 0,
                    parent: Some(job.id()),
                };
                operations.start(c, &job.ctx, child).await.map_err(StepError::Db)?;
            }
            return Ok(Next::wait_for_children().with_notes(json!({"started": true})));
        }
        let children = operations.children(c, job.id()).await.map_err(StepError::Db)?;
        let count = |state| children.iter().filter(|child| child.state == state).count();
        Ok(Next::finish(
            json!({"succeeded": count(State::Succeeded), "others": children.len() - count(State::Succeeded)}),
        ))
    }
}

fn family(fixture: &Fixture, world: &Arc<World>) -> Operations {
    let own = Arc::new(OnceLock::new());
    let parent = Definition::new("family", 1).step(Family(Arc::clone(&own)));
    let alone = OperationsConfig { concurrency: NonZeroU32::MIN, ..config() };
    let operations = fixture.configured([parent, three(world)], alone);
    own.set(operations.clone()).unwrap_or_else(|_| unreachable!("just made"));
    operations
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_parent_waits_for_its_children_without_a_worker_and_sees_how_they_ended() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let operations = family(&fixture, &world);
    let (name, face) = (fixture.start(&operations, "family").await, Face::staff(&operations));
    // One worker for four operations: a waiting parent that held it would wait for ever.
    let running = Running::new(&operations);
    let (operation, metadata) = face.done(name).await;
    assert_eq!(metadata.state(), OperationState::Succeeded);
    assert_eq!(metadata.children.len(), 3);
    let Some(Outcome::Response(any)) = operation.result else { panic!("it succeeded") };
    assert_eq!(any.type_url, "type.googleapis.com/google.protobuf.Struct");
    let result: prost_types::Struct = prost::Message::decode(any.value.as_slice()).expect("well-formed");
    assert_eq!(dialtone_proto::json::from_struct(result), json!({"succeeded": 3, "others": 0}));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cancelling_a_parent_cancels_its_children() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|call| match (call.step, call.undo) {
        ("open", false) => Reply::Stuck,
        _ => Reply::Ok,
    });
    let operations = family(&fixture, &world);
    let (name, face) = (fixture.start(&operations, "family").await, Face::staff(&operations));
    let running = Running::new(&operations);
    dialtone_testkit::eventually("three stuck children", crate::fixture::PATIENCE, async || {
        let stuck = fixture.number("SELECT count(*) AS n FROM operations WHERE state = 'STUCK'").await;
        (stuck == 3).then_some(())
    })
    .await;
    face.cancel(name).await;
    let (_, metadata) = face.done(name).await;
    assert_eq!(metadata.state(), OperationState::Cancelled);
    for child in metadata.children {
        let (_, metadata) = face.done(child.parse().expect("a name")).await;
        assert_eq!(metadata.state(), OperationState::Cancelled);
    }
    assert_eq!(fixture.number("SELECT count(*) AS n FROM test_effects").await, 0);
    running.stop().await;
}
