//! A request that goes away, at every point at which it can.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};

use dialtone_db::{DbFault, Mutation};
use dialtone_testkit::eventually;
use uuid::Uuid;

use crate::support::{LONG, ctx, insert, world};

/// Polls `future` at most `polls` times and drops it; its answer if it came to one.
async fn polled<T>(future: impl Future<Output = T>, polls: usize) -> Option<T> {
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(|context| {
        if left == 0 {
            return std::task::Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(context) {
            std::task::Poll::Pending if left == 0 => std::task::Poll::Ready(None),
            answer => answer.map(Some),
        }
    })
    .await
}

#[tokio::test]
async fn dropped_transaction_leaves_nothing_or_everything_at_every_await() {
    let world = world().await;
    let mutation = |request_id| Mutation {
        method: "/test/Make",
        caller: "tester".to_owned(),
        request_id: Some(request_id),
        body_hash: [1; 32],
        validate_only: false,
    };
    let mut dropped = 0;
    for polls in 1.. {
        let wrote = AtomicBool::new(false);
        let mutation = mutation(Uuid::now_v7());
        let ctx = ctx();
        let run = world.store.mutate("drop", &ctx, &mutation, async |c| {
            insert(c, 1).await?;
            insert(c, 2).await?;
            wrote.store(true, Ordering::Relaxed);
            Ok::<_, DbFault>(1)
        });
        let answer = polled(run, polls).await;
        let quiet = async || (world.busy().await == 0).then_some(());
        eventually("no transaction stays open", LONG, quiet).await;
        let rows = world.things().await;
        let keys = world.count("SELECT count(*) FROM idempotency_keys").await;
        if let Some(answer) = answer {
            assert_eq!((answer, rows, keys), (Ok(1), 2, 1));
            break;
        }
        dropped += 1;
        if wrote.load(Ordering::Relaxed) {
            assert!([(0, 0), (2, 1)].contains(&(rows, keys)), "half an effect: {rows} rows, {keys} keys");
        } else {
            assert_eq!((rows, keys), (0, 0), "dropped at poll {polls}");
        }
        world.admin.batch_execute("DELETE FROM thing; DELETE FROM idempotency_keys").await.expect("a superuser may");
    }
    assert!(dropped >= 6, "BEGIN, claim, two inserts, answer and COMMIT wait; only {dropped} were found");
}
