//! The tables themselves: there and back again, and every query that runs often finds its index.

use dialtone_ids::ServiceName;
use dialtone_testkit::database;

use crate::{
    fixture::{Face, Fixture, PATIENCE, Running},
    world::{World, three},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migrations_go_up_down_and_up_again() {
    let database = database::empty().await;
    dialtone_db::bootstrap::run(database.url(), database.name(), ServiceName::Templates, "o", "a")
        .await
        .expect("roles");
    let owner = secrecy::SecretString::from(database.url_as("templates_owner"));
    let all: [&(dyn diesel::migration::MigrationSource<diesel::pg::Pg> + Sync); 2] =
        [&dialtone_events::MIGRATIONS, &dialtone_operations::MIGRATIONS];
    let up = async || dialtone_db::migrate::run(&owner, ServiceName::Templates, &all).await.expect("up");
    let first = up().await;
    dialtone_db::migrate::revert_all(&owner, ServiceName::Templates, &all).await.expect("down");
    assert_eq!(up().await, first);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn diesel_knows_the_tables_as_they_are() {
    let fixture = Fixture::new().await;
    let names = ["operations", "operation_steps", "operations_finished"];
    let ctx = dialtone_authz::Ctx::job(ServiceName::Templates, "test");
    let printed = fixture.store.read("schema", &ctx, async |c| dialtone_db::schema_print::tables(c, &names).await);
    let known = include_str!("../../src/schema.rs");
    for table in printed.await.expect("they have keys").split("\n\n") {
        assert!(known.contains(table.trim()), "{table}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn old_finished_operations_are_purged_and_young_ones_are_not() {
    let (fixture, world) = (Fixture::new().await, World::kind());
    let operations = fixture.operations([three(&world)]);
    let (old, young) = (fixture.start(&operations, "three").await, fixture.start(&operations, "three").await);
    let (face, running) = (Face::staff(&operations), Running::new(&operations));
    face.done(old).await;
    face.done(young).await;
    running.stop().await;
    fixture
        .sql(&format!("UPDATE operations_finished SET end_time = now() - interval '31 days' WHERE id = '{}'", old.id))
        .await;
    let running = Running::new(&operations);
    let left = "SELECT count(*) AS n FROM operations_finished";
    dialtone_testkit::eventually("the purge", PATIENCE, async || (fixture.number(left).await == 1).then_some(())).await;
    assert!(face.get(young).await.done);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn queries_that_run_often_find_their_index() {
    let fixture = Fixture::new().await;
    let (client, connection) =
        tokio_postgres::connect(fixture.database.url(), tokio_postgres::NoTls).await.expect("up");
    tokio::spawn(connection);
    // Empty tables are always scanned; what is asked here is whether an index could answer.
    client.batch_execute("SET search_path = templates; SET enable_seqscan = off").await.expect("settings");
    let tenant = fixture.organization.uuid();
    for (query, index) in [
        (
            "SELECT id FROM operations WHERE run_at <= now() AND (lease_until IS NULL OR lease_until < now())
             ORDER BY run_at LIMIT 16 FOR NO KEY UPDATE SKIP LOCKED"
                .to_owned(),
            "operations_due_idx",
        ),
        (
            format!(
                "SELECT id FROM operations_all WHERE tenant = ANY('{{{tenant}}}') AND id < '{tenant}' ORDER BY id DESC LIMIT 9"
            ),
            "operations_tenant_idx",
        ),
        (
            format!("SELECT id FROM operations_all WHERE target = 'x' AND id < '{tenant}' ORDER BY id DESC LIMIT 9"),
            "operations_finished_target_idx",
        ),
        (format!("SELECT id FROM operations WHERE parent = '{tenant}'"), "operations_parent_idx"),
        (
            "SELECT id FROM operations_finished WHERE end_time < now() LIMIT 9".to_owned(),
            "operations_finished_end_time_idx",
        ),
    ] {
        let rows = client.query(&format!("EXPLAIN {query}"), &[]).await.expect("explained");
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        assert!(plan.iter().any(|line| line.contains(index)), "{query}\n{}", plan.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_changes_while_work_goes_on_is_in_no_index() {
    let fixture = Fixture::new().await;
    let indexed = "SELECT count(*) AS n FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
                    WHERE i.indrelid = 'operations'::regclass
                      AND a.attname IN ('lease_until', 'epoch', 'state', 'step', 'failures', 'notes', 'units_done', 'percent', 'update_time')";
    assert_eq!(fixture.number(indexed).await, 0);
}
