//! The request's deadline bounds everything, on the server too.

use std::time::Duration;

use dialtone_db::DbFault;
use dialtone_testkit::eventually;

use crate::support::{LONG, ctx_within, insert, sql, world};

#[tokio::test]
async fn nothing_begins_after_the_deadline() {
    let world = world().await;
    let ran = world.store.tx("late", &ctx_within(Duration::ZERO), async |c| insert(c, 1).await).await;
    assert_eq!(ran, Err(DbFault::DeadlineExceeded));
    assert_eq!(world.things().await, 0);
}

#[tokio::test]
async fn running_statement_ends_with_the_deadline_here_and_on_the_server() {
    let world = world().await;
    let ctx = ctx_within(Duration::from_millis(200));
    let ran: Result<(), DbFault> = world
        .store
        .tx("slow", &ctx, async |c| {
            insert(c, 1).await?;
            sql(c, "SELECT pg_sleep(60)").await
        })
        .await;
    assert_eq!(ran, Err(DbFault::DeadlineExceeded));
    eventually("nothing runs on the server", LONG, async || (world.busy().await == 0).then_some(())).await;
    assert_eq!(world.things().await, 0);
}

#[tokio::test]
async fn server_gives_up_by_itself_soon_after_the_deadline() {
    let world = world().await;
    let ctx = ctx_within(Duration::from_secs(5));
    let shown: Result<(), DbFault> = world
        .store
        .tx("setting", &ctx, async |c| {
            sql(
                c,
                "DO $$ BEGIN ASSERT current_setting('statement_timeout')::interval BETWEEN interval '4s' AND interval '5.2s'; \
                 END $$",
            )
            .await
        })
        .await;
    shown.expect("the deadline is nearer than the configured timeout");
}
