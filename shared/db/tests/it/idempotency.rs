//! One effect for each request id.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use dialtone_db::{DbFault, Mutation, idempotency};
use uuid::Uuid;

use crate::support::{World, ctx, insert, sql, world};

fn mutation(request_id: Uuid) -> Mutation {
    Mutation {
        method: "/test/Make",
        caller: "tester".to_owned(),
        request_id: Some(request_id),
        body_hash: [1; 32],
        validate_only: false,
    }
}

/// Makes one more thing; the answer says which it was.
async fn make(world: &World, mutation: &Mutation) -> Result<i32, DbFault> {
    let next = AtomicU32::new(u32::try_from(world.things().await).expect("few"));
    world
        .store
        .mutate("make", &ctx(), mutation, async |c| {
            let id = i32::try_from(next.fetch_add(1, Ordering::Relaxed) + 1).expect("few");
            insert(c, id).await
        })
        .await
}

async fn keys(world: &World) -> i64 {
    world.count("SELECT count(*) FROM idempotency_keys").await
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_have_one_effect_and_equal_answers() {
    let world = Arc::new(world().await);
    let request_id = Uuid::now_v7();
    let runs = Arc::new(AtomicU32::new(0));
    let all = (0..50).map(|_| {
        let (world, runs) = (Arc::clone(&world), Arc::clone(&runs));
        tokio::spawn(async move {
            let mutation = mutation(request_id);
            let made: Result<(Uuid, String), DbFault> = world
                .store
                .mutate("make", &ctx(), &mutation, async |c| {
                    runs.fetch_add(1, Ordering::Relaxed);
                    insert(c, 1).await?;
                    // Differs in every run, so that equal answers are one answer.
                    Ok((Uuid::new_v4(), "made".to_owned()))
                })
                .await;
            made.expect("every one of them is answered")
        })
    });
    let answers: Vec<_> =
        futures::future::join_all(all).await.into_iter().map(|joined| joined.expect("no panic")).collect();
    assert_eq!(answers.len(), 50);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(runs.load(Ordering::Relaxed), 1);
    assert_eq!(world.things().await, 1);
}

#[tokio::test]
async fn another_body_is_refused_and_changes_nothing() {
    let world = world().await;
    let request_id = Uuid::now_v7();
    assert_eq!(make(&world, &mutation(request_id)).await, Ok(1));
    let other = Mutation { body_hash: [2; 32], ..mutation(request_id) };
    assert_eq!(make(&world, &other).await, Err(DbFault::RequestIdReused(request_id)));
    assert_eq!(world.things().await, 1);
}

#[tokio::test]
async fn caller_and_method_have_their_own_ids() {
    let world = world().await;
    let request_id = Uuid::now_v7();
    assert_eq!(make(&world, &mutation(request_id)).await, Ok(1));
    let caller = Mutation { caller: "another".to_owned(), ..mutation(request_id) };
    assert_eq!(make(&world, &caller).await, Ok(2));
    let method = Mutation { method: "/test/Other", ..mutation(request_id) };
    assert_eq!(make(&world, &method).await, Ok(3));
    assert_eq!(make(&world, &mutation(request_id)).await, Ok(1), "the first answer");
}

#[tokio::test]
async fn without_an_id_every_request_is_new() {
    let world = world().await;
    let anonymous = Mutation { request_id: None, ..mutation(Uuid::nil()) };
    assert_eq!(make(&world, &anonymous).await, Ok(1));
    assert_eq!(make(&world, &anonymous).await, Ok(2));
    assert_eq!(keys(&world).await, 0);
}

#[tokio::test]
async fn refused_request_stores_nothing_and_may_come_again() {
    let world = world().await;
    let mutation = mutation(Uuid::now_v7());
    let refused: Result<i32, DbFault> = world
        .store
        .mutate("make", &ctx(), &mutation, async |c| {
            insert(c, 1).await?;
            Err(DbFault::NotFound)
        })
        .await;
    assert_eq!(refused, Err(DbFault::NotFound));
    assert_eq!((keys(&world).await, world.things().await), (0, 0));
    assert_eq!(make(&world, &mutation).await, Ok(1));
}

#[tokio::test]
async fn validate_only_answers_and_leaves_nothing() {
    let world = world().await;
    let request_id = Uuid::now_v7();
    let rehearsal = Mutation { validate_only: true, ..mutation(request_id) };
    assert_eq!(make(&world, &rehearsal).await, Ok(1));
    assert_eq!((keys(&world).await, world.things().await), (0, 0));
    assert_eq!(make(&world, &mutation(request_id)).await, Ok(1), "the id is still unused");
}

#[tokio::test]
async fn validate_only_finds_what_commit_would_find() {
    let world = world().await;
    let rehearsal = Mutation { validate_only: true, ..mutation(Uuid::now_v7()) };
    let found: Result<(), DbFault> = world
        .store
        .mutate("make", &ctx(), &rehearsal, async |c| {
            sql(c, "INSERT INTO thing (id, name, late) VALUES (1, 'one', 9)").await
        })
        .await;
    assert_eq!(found, Err(DbFault::ForeignKey { constraint: "thing_late_fkey".to_owned() }));
}

#[tokio::test]
async fn purge_removes_old_answers_in_batches_and_keeps_young_ones() {
    let world = world().await;
    make(&world, &mutation(Uuid::now_v7())).await.expect("a new id");
    let old = "INSERT INTO idempotency_keys SELECT 'old', 'm', gen_random_uuid(), sha256(''), '1', now() - interval '8 days' \
               FROM generate_series(1, 2500)";
    world.admin.batch_execute(old).await.expect("right rows");
    assert_eq!(idempotency::purge(&world.store, &ctx()).await, Ok(2500));
    assert_eq!(keys(&world).await, 1);
}
