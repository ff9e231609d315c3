//! What runs again, how often, and what does not.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use dialtone_db::{Classify as _, Conn, DbFault};
use tokio::sync::Barrier;
use tokio::time::Instant;

use crate::support::{ctx, ctx_within, insert, sql, world};

diesel::table! {
    thing (id) {
        id -> Int4,
        name -> Text,
    }
}

#[tokio::test]
async fn serialization_failure_runs_again_and_sees_the_new_state() {
    let world = world().await;
    world.admin.batch_execute("INSERT INTO thing VALUES (1, 'one')").await.expect("a right row");
    let runs = AtomicU32::new(0);
    let ran: Result<(), DbFault> = world
        .store
        .tx("serialize", &ctx(), async |c| {
            sql(c, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT * FROM thing").await?;
            if runs.fetch_add(1, Ordering::Relaxed) == 0 {
                let other = world.admin.batch_execute("UPDATE thing SET name = 'other'");
                other.await.expect("nobody holds the row");
            }
            sql(c, "UPDATE thing SET name = name || ' and mine'").await
        })
        .await;
    ran.expect("the second run has no rival");
    assert_eq!(runs.load(Ordering::Relaxed), 2);
    assert_eq!(world.count("SELECT count(*) FROM thing WHERE name = 'other and mine'").await, 1);
}

#[tokio::test]
async fn deadlock_runs_again_and_both_happen() {
    let world = world().await;
    world.admin.batch_execute("INSERT INTO thing VALUES (1, 'a'), (2, 'b')").await.expect("right rows");
    let meet = Barrier::new(2);
    let runs = AtomicU32::new(0);
    let both_orders = async |first: i32, second: i32| -> Result<(), DbFault> {
        let met = std::sync::atomic::AtomicBool::new(false);
        let update = |id: i32| format!("UPDATE thing SET name = name || '+' WHERE id = {id}");
        world
            .store
            .tx("deadlock", &ctx(), async |c| {
                runs.fetch_add(1, Ordering::Relaxed);
                sql(c, &update(first)).await?;
                if !met.swap(true, Ordering::Relaxed) {
                    meet.wait().await;
                }
                sql(c, &update(second)).await
            })
            .await
    };
    let (one, two) = tokio::join!(both_orders(1, 2), both_orders(2, 1));
    assert_eq!((one, two), (Ok(()), Ok(())));
    assert_eq!(runs.load(Ordering::Relaxed), 3, "the victim ran twice");
    assert_eq!(world.count("SELECT count(*) FROM thing WHERE name LIKE '%++'").await, 2);
}

#[tokio::test]
async fn gives_up_after_five_runs() {
    let world = world().await;
    let runs = AtomicU32::new(0);
    let ran: Result<(), DbFault> = world
        .store
        .tx("hopeless", &ctx(), async |c| {
            insert(c, 1).await?;
            runs.fetch_add(1, Ordering::Relaxed);
            Err(DbFault::Serialization)
        })
        .await;
    assert_eq!(ran, Err(DbFault::Serialization));
    assert_eq!(runs.load(Ordering::Relaxed), 5);
    assert_eq!(world.things().await, 0);
}

#[tokio::test]
async fn does_not_run_again_past_the_deadline() {
    let world = world().await;
    let ctx = ctx_within(Duration::from_secs(1));
    let late = AtomicU32::new(0);
    let ran: Result<(), DbFault> = world
        .store
        .tx("late", &ctx, async |c| {
            late.fetch_add(u32::from(Instant::now() >= ctx.deadline), Ordering::Relaxed);
            // The server's own clock makes each run long enough for the deadline to pass between runs.
            sql(c, "SELECT pg_sleep(0.6)").await?;
            Err(DbFault::Deadlock)
        })
        .await;
    assert!(matches!(ran, Err(DbFault::Deadlock | DbFault::DeadlineExceeded)), "{ran:?}");
    assert_eq!(late.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn own_refusal_of_a_closure_does_not_run_again() {
    let world = world().await;
    let runs = AtomicU32::new(0);
    let ran: Result<(), DbFault> = world
        .store
        .tx("refuse", &ctx(), async |c| {
            runs.fetch_add(1, Ordering::Relaxed);
            insert(c, 1).await?;
            insert(c, 1).await.map(|_| ())
        })
        .await;
    assert!(matches!(ran, Err(DbFault::Unique { .. })), "{ran:?}");
    assert_eq!(runs.load(Ordering::Relaxed), 1);
}

/// Kills the service's connections; those in the pool do not know it at once.
const KILL: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                    WHERE datname = current_database() AND usename = 'org_finder_app'";

#[tokio::test]
async fn connection_lost_before_commit_runs_again_once() {
    let world = world().await;
    let runs = AtomicU32::new(0);
    let ran = world
        .store
        .tx("cut", &ctx(), async |c| {
            insert(c, 1).await?;
            if runs.fetch_add(1, Ordering::Relaxed) == 0 {
                world.admin.batch_execute(KILL).await.expect("a superuser may");
            }
            insert(c, 2).await
        })
        .await;
    assert_eq!(ran, Ok(2));
    assert_eq!((runs.load(Ordering::Relaxed), world.things().await), (2, 2));
}

#[tokio::test]
async fn restart_of_the_server_is_not_seen_by_later_transactions() {
    let world = world().await;
    let fill = (0..5).map(async |_| {
        let slow: Result<(), DbFault> =
            world.store.read("fill", &ctx(), async |c| sql(c, "SELECT pg_sleep(0.1)").await).await;
        slow.expect("nothing is wrong yet");
    });
    futures::future::join_all(fill).await;
    assert!(world.store.pool_status().open > 1, "{:?}", world.store.pool_status());
    world.admin.batch_execute(KILL).await.expect("a superuser may");
    for id in 0..10 {
        world.store.tx("after", &ctx(), async |c| insert(c, id).await).await.expect("dead connections are passed over");
    }
}

async fn names(c: &mut Conn) -> Result<Vec<String>, DbFault> {
    use diesel::QueryDsl as _;
    use diesel_async::RunQueryDsl as _;

    thing::table.select(thing::name).load(c).await.db()
}

#[tokio::test]
async fn changed_column_type_is_not_seen_by_a_cached_query() {
    let world = world().await;
    world.admin.batch_execute("INSERT INTO thing VALUES (1, 'one')").await.expect("a right row");
    let runs = AtomicU32::new(0);
    let read = async || -> Result<Vec<String>, DbFault> {
        world
            .store
            .read("names", &ctx(), async |c| {
                runs.fetch_add(1, Ordering::Relaxed);
                names(c).await
            })
            .await
    };
    assert_eq!(read().await, Ok(vec!["one".to_owned()]));
    let change = "ALTER TABLE thing ALTER COLUMN name TYPE varchar(40)";
    world.admin.batch_execute(change).await.expect("a superuser may");
    assert_eq!(read().await, Ok(vec!["one".to_owned()]));
    assert_eq!(runs.load(Ordering::Relaxed), 3, "one run met the stale plan");
}
