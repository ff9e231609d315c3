//! What a watcher sees while work goes on, and what a restart takes up again.

use std::sync::Arc;

use dialtone_authz::Caller;
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::OrganizationId;
use dialtone_proto::operations::v1::{OperationState, StepState};
use dialtone_testkit::eventually;
use diesel_async::RunQueryDsl as _;
use tokio::sync::Notify;

use crate::{
    fixture::{Face, Fixture, PATIENCE, RETRY, Running, ctx_of},
    world::{ALL_OF_THREE, Reply, World, three},
};

/// A world whose unit 2 of `fill` waits for the bell, once.
fn pausing() -> (Arc<World>, Arc<Notify>) {
    let bell = Arc::new(Notify::new());
    let b = Arc::clone(&bell);
    let world = World::scripted(move |call| match (call.step, call.unit, call.before) {
        ("fill", 2, 0) => {
            let bell = Arc::clone(&b);
            Reply::After(Box::pin(async move { bell.notified().await }))
        }
        _ => Reply::Ok,
    });
    (world, bell)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_in_the_middle_goes_on_at_the_cursor() {
    let fixture = Fixture::new().await;
    let (world, bell) = pausing();
    let operations = fixture.operations([three(&world)]);
    let (name, face) = (fixture.start(&operations, "three").await, Face::staff(&operations));
    let running = Running::new(&operations);
    let metadata = eventually("two units", PATIENCE, async || {
        let metadata = face.metadata(name).await;
        (metadata.units_done == 2).then_some(metadata)
    })
    .await;
    assert_eq!(metadata.state(), OperationState::Running);
    assert_eq!((metadata.units_total, metadata.percent), (3, 60), "1 of 5 for prepare, 2 of 5 for two units");
    let states: Vec<_> = metadata.steps.iter().map(|s| s.state()).collect();
    assert_eq!(states, [StepState::Done, StepState::Running, StepState::Waiting]);

    let stopped = tokio::spawn(running.stop());
    bell.notify_one();
    stopped.await.expect("stopped in order");
    let next = fixture.operations([three(&world)]);
    let running = Running::new(&next);
    let (_, metadata) = face.done(name).await;
    assert_eq!((metadata.state(), metadata.percent), (OperationState::Succeeded, 100));
    assert_eq!(world.calls(name.id, "fill", false), 3, "no unit twice");
    assert_eq!(fixture.rows(name.id).await, ALL_OF_THREE);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn history_and_events_tell_the_life_of_an_operation_once() {
    let fixture = Fixture::new().await;
    let world = World::scripted(|call| match (call.step, call.input.as_str()) {
        ("open", "") => Reply::Stuck,
        _ => Reply::Ok,
    });
    let operations = fixture.operations([three(&world)]);
    let (name, face) = (fixture.start(&operations, "three").await, Face::staff(&operations));
    let running = Running::new(&operations);
    face.until(name, OperationState::Stuck).await;
    face.retry(name, serde_json::json!({"answer": "1"})).await.expect("stuck");
    face.done(name).await;
    running.stop().await;
    let told = ["started", "stuck", "resumed", "succeeded"];
    for (table, column) in [("outbox", "kind"), ("history", "verb")] {
        let of = |what: &str| {
            format!("SELECT count(*) AS n FROM {table} WHERE {column} = 'operation.{what}' AND resource = '{name}'")
        };
        for what in told {
            assert_eq!(fixture.number(&of(what)).await, 1, "{table} {what}");
        }
        let all = format!("SELECT count(*) AS n FROM {table} WHERE resource = '{name}'");
        assert_eq!(fixture.number(&all).await, 4, "{table}");
    }
    let actor = "SELECT count(*) AS n FROM history WHERE actor LIKE 'service:templates% for platform:staff'";
    assert_eq!(fixture.number(actor).await, 2, "what the engine does, it does for whoever began it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_level_security_hides_the_operations_of_others() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let operations = fixture.operations([three(&world)]);
    fixture.start(&operations, "three").await;
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let seen_by = async |organization| {
        let ctx = ctx_of(Caller::person("alice"), RETRY).within(organization);
        let count = fixture.store.read("count", &ctx, async |c: &mut Conn| -> Result<Row, DbFault> {
            let sql = "SELECT (SELECT count(*) FROM operations) + (SELECT count(*) FROM operation_steps)
                            + (SELECT count(*) FROM operations_all) AS n";
            diesel::sql_query(sql).get_result(c).await.db()
        });
        count.await.expect("readable").n
    };
    assert_eq!(seen_by(fixture.organization).await, 1 + 3 + 1);
    assert_eq!(seen_by(OrganizationId::new()).await, 0);
}
