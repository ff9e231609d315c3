//! The connection is cut at COMMIT: nobody can know whether it happened, except by the row of the request.

use dialtone_db::{DatabaseConfig, DbFault, Mutation, Store};
use uuid::Uuid;

use crate::commit_proxy::{CommitProxy, Cut};
use crate::support::{SERVICE, World, ctx, insert, world};

async fn through_proxy(world: &World, cut: Cut) -> (CommitProxy, Store) {
    let proxy = CommitProxy::start(world.db.address().await, cut).await;
    let url = proxy.url(&world.db.app_url(SERVICE));
    let store = Store::connect(&DatabaseConfig::new(url.into()), SERVICE).await.expect("the proxy passes");
    (proxy, store)
}

fn mutation(request_id: Option<Uuid>) -> Mutation {
    Mutation { method: "/test/Make", caller: "tester".to_owned(), request_id, body_hash: [7; 32], validate_only: false }
}

async fn with_request_id_converges(cut: Cut) {
    let world = world().await;
    let (proxy, store) = through_proxy(&world, cut).await;
    proxy.arm();
    let mutation = mutation(Some(Uuid::now_v7()));
    let made: Result<i32, DbFault> = store.mutate("make", &ctx(), &mutation, async |c| insert(c, 1).await).await;
    assert_eq!(made, Ok(1));
    assert!(proxy.has_cut());
    assert_eq!(world.things().await, 1);
}

#[tokio::test]
async fn with_request_id_it_converges_when_commit_did_not_arrive() {
    with_request_id_converges(Cut::Before).await;
}

#[tokio::test]
async fn with_request_id_it_converges_when_the_answer_was_lost() {
    with_request_id_converges(Cut::After).await;
}

async fn without_request_id_says_unknown(cut: Cut, effects: i64) {
    let world = world().await;
    let (proxy, store) = through_proxy(&world, cut).await;
    proxy.arm();
    let made: Result<i32, DbFault> = store.mutate("make", &ctx(), &mutation(None), async |c| insert(c, 1).await).await;
    assert_eq!(made, Err(DbFault::OutcomeUnknown));
    assert_eq!(world.things().await, effects);

    proxy.arm();
    let made = store.tx("make", &ctx(), async |c| insert(c, 2).await).await;
    assert_eq!(made, Err(DbFault::OutcomeUnknown));
    assert_eq!(world.things().await, effects * 2);
}

#[tokio::test]
async fn without_request_id_it_says_so_when_commit_did_not_arrive() {
    without_request_id_says_unknown(Cut::Before, 0).await;
}

#[tokio::test]
async fn without_request_id_it_says_so_when_the_answer_was_lost() {
    without_request_id_says_unknown(Cut::After, 1).await;
}
