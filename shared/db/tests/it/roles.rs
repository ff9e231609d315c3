//! What the run-time role may not do.

use dialtone_db::history::{self, Change};
use dialtone_db::{DbFault, Tenants, bootstrap};
use dialtone_ids::ServiceName;

use crate::support::{SERVICE, World, connect, ctx, sql, world};

async fn refusal(world: &World, statement: &str) -> String {
    let ran: Result<(), DbFault> = world.store.tx("provoke", &ctx(), async |c| sql(c, statement).await).await;
    match ran {
        Err(DbFault::Other(text)) => text,
        other => panic!("{statement}: {other:?}"),
    }
}

#[tokio::test]
async fn history_cannot_be_changed_by_the_service_nor_by_its_owner() {
    let world = world().await;
    let change = || Change { tenant: None, resource: "r".to_owned(), verb: "v", before: None, after: None };
    let ctx = ctx();
    assert_eq!(ctx.tenants, Tenants::All);
    world.store.tx("record", &ctx, async |c| history::record(c, &ctx, change()).await).await.expect("appending works");
    for statement in ["UPDATE history SET verb = 'x'", "DELETE FROM history", "TRUNCATE history"] {
        assert!(refusal(&world, statement).await.contains("permission denied"), "{statement}");
        let owner = connect(&world.db.owner_url(SERVICE)).await;
        owner.batch_execute(statement).await.expect_err("the trigger refuses everyone");
    }
    assert_eq!(world.count("SELECT count(*) FROM history").await, 1);
}

#[tokio::test]
async fn service_makes_no_tables_and_claims_no_migrations() {
    let world = world().await;
    for statement in [
        "CREATE TABLE mine (id int)",
        "CREATE TABLE public.mine (id int)",
        "ALTER TABLE thing ADD COLUMN mine int",
        "DELETE FROM __diesel_schema_migrations",
    ] {
        let text = refusal(&world, statement).await;
        assert!(text.contains("permission denied") || text.contains("must be owner"), "{statement}: {text}");
    }
}

#[tokio::test]
async fn service_does_not_see_the_schema_of_another() {
    let world = world().await;
    let other = ServiceName::Templates;
    bootstrap::run(world.db.url(), world.db.name(), other, "test", "test")
        .await
        .expect("two services share a database");
    let owner = connect(&world.db.owner_url(other)).await;
    owner.batch_execute("CREATE TABLE secret (id int)").await.expect("its own schema");
    connect(&world.db.app_url(other)).await.batch_execute("SELECT * FROM secret").await.expect("its own service may");
    assert!(refusal(&world, "SELECT * FROM templates.secret").await.contains("permission denied"));
    let owner = connect(&world.db.owner_url(SERVICE)).await;
    owner.batch_execute("SELECT * FROM templates.secret").await.expect_err("nor may the owner of another schema");
}

#[tokio::test]
async fn bootstrap_may_run_again_and_many_times_at_once() {
    let world = world().await;
    let again = (0..4).map(|_| bootstrap::run(world.db.url(), world.db.name(), SERVICE, "te'st\\", "te'st\\"));
    for done in futures::future::join_all(again).await {
        done.expect("nothing is missing");
    }
}
