//! Many operations and more than one engine.

use dialtone_db::Conn;
use dialtone_operations::{Definition, NewOperation};
use dialtone_testkit::eventually;
use serde_json::json;

use crate::{
    fixture::{Fixture, PATIENCE, RETRY, Running},
    world::{Unit, World},
};

const MANY: i64 = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_engines_do_a_thousand_operations_once_each() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let one = || Definition::new("one", 1).step(Unit::new("one", 1, &world));
    let engine = || fixture.operations([one()]);
    let (a, b) = (engine(), engine());
    let ctx = fixture.ctx(RETRY);
    let new = NewOperation {
        kind: "one",
        organization: fixture.organization,
        target: fixture.organization.to_string(),
        input: json!({}),
        units_total: 0,
        parent: None,
    };
    let ids = fixture.store.tx("start", &ctx, async |c: &mut Conn| {
        let mut ids = Vec::new();
        for _ in 0..MANY {
            ids.push(a.start(c, &ctx, new.clone()).await?.name.id);
        }
        Ok::<_, dialtone_db::DbFault>(ids)
    });
    let ids = ids.await.expect("started");
    let engines = [Running::new(&a), Running::new(&b)];
    let succeeded = "SELECT count(*) AS n FROM operations_finished WHERE state = 'SUCCEEDED'";
    eventually("all of them", PATIENCE * 2, async || (fixture.number(succeeded).await == MANY).then_some(())).await;
    for engine in engines {
        engine.stop().await;
    }
    assert_eq!(fixture.number("SELECT count(*) AS n FROM test_effects").await, MANY);
    assert_eq!(fixture.number("SELECT count(DISTINCT operation) AS n FROM test_effects").await, MANY);
    assert_eq!(fixture.number("SELECT count(*) AS n FROM operations").await, 0, "finished rows leave the hot table");
    assert_eq!(fixture.number("SELECT count(*) AS n FROM operation_steps").await, 0);
    for id in ids {
        assert_eq!(world.calls(id, "one", false), 1);
    }
}
