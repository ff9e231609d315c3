//! Every fault, provoked on the server, and what it is classified as.

use std::num::NonZeroU64;
use std::sync::Mutex;

use dialtone_db::DbFault;
use diesel_async::SimpleAsyncConnection as _;

use crate::support::{World, ctx, insert, sql, world, world_with};

/// What one statement in a transaction of its own is classified as.
async fn fault_of(world: &World, statement: &str) -> DbFault {
    let ran: Result<(), DbFault> = world.store.tx("provoke", &ctx(), async |c| sql(c, statement).await).await;
    ran.expect_err("the statement fails")
}

fn some_ms(value: u64) -> NonZeroU64 {
    NonZeroU64::new(value).expect("not zero")
}

#[tokio::test]
async fn constraints_are_named() {
    let world = world().await;
    let insert = |values: &str| format!("INSERT INTO thing (id, name, parent) VALUES ({values})");
    let made = world.store.tx("seed", &ctx(), async |c| sql(c, &insert("1, 'one', 1")).await).await;
    made.expect("the row is right");

    let unique = |constraint: &str| DbFault::Unique { constraint: constraint.to_owned() };
    assert_eq!(fault_of(&world, &insert("1, 'two', 1")).await, unique("thing_pkey"));
    assert_eq!(fault_of(&world, &insert("2, 'one', 1")).await, unique("thing_name_key"));
    let foreign = |constraint: &str| DbFault::ForeignKey { constraint: constraint.to_owned() };
    assert_eq!(fault_of(&world, &insert("2, 'two', 9")).await, foreign("thing_parent_fkey"));
    assert_eq!(fault_of(&world, "DELETE FROM parent").await, foreign("thing_parent_fkey"));
    let check = DbFault::Check { constraint: "thing_name_check".to_owned() };
    assert_eq!(fault_of(&world, &insert("2, '', 1")).await, check);
    let not_null = DbFault::NotNull { column: "name".to_owned() };
    assert_eq!(fault_of(&world, &insert("2, NULL, 1")).await, not_null);
    assert_eq!(world.things().await, 1);
}

#[tokio::test]
async fn deferred_constraint_fails_at_commit_and_nothing_is_written() {
    let world = world().await;
    let fault = fault_of(&world, "INSERT INTO thing (id, name, late) VALUES (1, 'one', 9)").await;
    assert_eq!(fault, DbFault::ForeignKey { constraint: "thing_late_fkey".to_owned() });
    assert_eq!(world.things().await, 0);
    assert_eq!(world.busy().await, 0);
}

#[tokio::test]
async fn statement_timeout_and_cancellation() {
    let world = world_with(|config| config.statement_timeout_ms = some_ms(50)).await;
    assert_eq!(fault_of(&world, "SELECT pg_sleep(20)").await, DbFault::StatementTimeout);
    let cancelled = fault_of(&world, "SELECT pg_cancel_backend(pg_backend_pid())").await;
    assert_eq!(cancelled, DbFault::StatementTimeout);
}

#[tokio::test]
async fn lock_timeout_of_waiting_and_of_not_waiting() {
    let world = world_with(|config| config.lock_timeout_ms = some_ms(50)).await;
    world.admin.batch_execute("BEGIN; LOCK TABLE thing").await.expect("nobody else has it");
    assert_eq!(fault_of(&world, "INSERT INTO thing VALUES (1, 'one')").await, DbFault::LockTimeout);
    assert_eq!(fault_of(&world, "LOCK TABLE parent; LOCK TABLE thing NOWAIT").await, DbFault::LockTimeout);
}

#[tokio::test]
async fn write_in_read_is_a_read_only_fault_and_keeps_the_connection() {
    let world = world().await;
    let ran: Result<i32, DbFault> = world.store.read("provoke", &ctx(), async |c| insert(c, 1).await).await;
    assert_eq!(ran, Err(DbFault::ReadOnly));
    assert_eq!(world.things().await, 0);
    assert_eq!(world.store.pool_status().open, 1, "a bug in a read must not cost connections");
}

#[tokio::test]
async fn demoted_primary_is_read_only_and_every_connection_is_made_anew() {
    let world = world().await;
    let demote = format!("ALTER DATABASE {} SET default_transaction_read_only = on", world.db.name());
    world.admin.batch_execute(&demote).await.expect("a superuser may");
    world.admin.batch_execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'org_finder_app' AND datname = current_database()").await.expect("a superuser may");
    assert_eq!(fault_of(&world, "INSERT INTO thing VALUES (1, 'one')").await, DbFault::ReadOnly);
    assert_eq!(world.store.ping().await, Err(DbFault::ReadOnly));

    let promote = format!(
        "BEGIN; SET TRANSACTION READ WRITE; ALTER DATABASE {} RESET default_transaction_read_only; COMMIT",
        world.db.name()
    );
    world.admin.batch_execute(&promote).await.expect("a superuser may");
    world.store.ping().await.expect("connections that knew the old server are not used again");
    world.store.tx("after", &ctx(), async |c| insert(c, 1).await).await.expect("writes work again");
}

#[tokio::test]
async fn cut_connection_is_lost_after_one_more_try() {
    let world = world().await;
    let fault = fault_of(&world, "SELECT pg_terminate_backend(pg_backend_pid())").await;
    assert_eq!(fault, DbFault::ConnectionLost);
    world.store.tx("after", &ctx(), async |c| insert(c, 1).await).await.expect("another connection is opened");
}

#[tokio::test]
async fn column_added_under_a_prepared_select_star_is_a_stale_plan() {
    let world = world().await;
    let prepared: Result<(), DbFault> = world
        .store
        .tx("prepare", &ctx(), async |c| sql(c, "PREPARE star AS SELECT * FROM thing; EXECUTE star").await)
        .await;
    prepared.expect("the query is right");
    world.admin.batch_execute("ALTER TABLE thing ADD COLUMN extra int").await.expect("a superuser may");

    let seen = Mutex::new(Vec::new());
    let ran: Result<(), DbFault> = world
        .store
        .tx("provoke", &ctx(), async |c| {
            let ran = sql(c, "EXECUTE star").await;
            seen.lock().expect("no panic").extend(ran.clone().err());
            ran
        })
        .await;
    let seen = seen.into_inner().expect("no panic");
    assert_eq!(seen[0], DbFault::StalePlan);
    // The one that ran again had a fresh connection, on which nobody prepared anything.
    assert!(matches!(&seen[1..], [DbFault::Other(_)]), "{seen:?}");
    assert!(matches!(ran, Err(DbFault::Other(_))), "{ran:?}");
}

#[tokio::test]
async fn what_cannot_be_told_is_other_and_missing_rows_are_not_found() {
    use diesel::sql_types::Integer;
    use diesel_async::RunQueryDsl;

    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = Integer)]
        #[allow(dead_code)]
        id: i32,
    }
    let world = world().await;
    assert!(matches!(fault_of(&world, "SELECT nonsense").await, DbFault::Other(_)));
    let none: Result<Row, DbFault> = world
        .store
        .read("none", &ctx(), async |c| {
            use dialtone_db::Classify as _;
            diesel::sql_query("SELECT id FROM thing").get_result(c).await.db()
        })
        .await;
    assert_eq!(none.err(), Some(DbFault::NotFound));
}

#[tokio::test]
async fn swallowed_fault_does_not_become_a_silent_rollback() {
    let world = world().await;
    let ran: Result<(), DbFault> = world
        .store
        .tx("swallow", &ctx(), async |c| {
            insert(c, 1).await?;
            let _ = insert(c, 1).await;
            Ok(())
        })
        .await;
    assert!(matches!(ran, Err(DbFault::Other(_))), "{ran:?}");
    assert_eq!(world.things().await, 0);
    world.store.tx("after", &ctx(), async |c| insert(c, 1).await).await.expect("the connection is good");
}

#[tokio::test]
async fn savepoint_undoes_its_part_only() {
    use diesel_async::AsyncConnection as _;

    let world = world().await;
    let ran: Result<(), DbFault> = world
        .store
        .tx("savepoint", &ctx(), async |c| {
            insert(c, 1).await?;
            let inner: Result<(), diesel::result::Error> =
                c.transaction(async |c| c.batch_execute("INSERT INTO thing VALUES (2, 'two'), (2, 'two')").await).await;
            assert!(inner.is_err());
            insert(c, 3).await?;
            Ok(())
        })
        .await;
    ran.expect("the savepoint was rolled back");
    assert_eq!(world.count("SELECT sum(id) FROM thing").await, 4);
}
