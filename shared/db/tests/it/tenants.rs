//! The second wall: what row-level security shows to a transaction.

use dialtone_db::history::{self, Change};
use dialtone_db::{Classify as _, DbFault, Tenants, TxContext};
use diesel::sql_types::BigInt;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::support::{Ctx, SERVICE, World, connect, ctx, world};

const A: Uuid = Uuid::from_u128(0xa);
const B: Uuid = Uuid::from_u128(0xb);

fn only(tenants: &[Uuid]) -> Ctx {
    Ctx { tenants: Tenants::Only(tenants.to_vec()), ..ctx() }
}

fn change(tenant: Option<Uuid>) -> Change {
    Change { tenant, resource: "things/1".to_owned(), verb: "thing.made", before: None, after: None }
}

async fn record(world: &World, ctx: &Ctx, tenant: Option<Uuid>) -> Result<(), DbFault> {
    world.store.tx("record", ctx, async |c| history::record(c, ctx, change(tenant)).await).await
}

async fn seen(world: &World, ctx: &impl TxContext) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let counted: Result<Count, DbFault> = world
        .store
        .read("count", ctx, async |c| diesel::sql_query("SELECT count(*) AS n FROM history").get_result(c).await.db())
        .await;
    counted.expect("the query is right").n
}

#[tokio::test]
async fn transaction_sees_the_rows_of_its_tenants_only() {
    let world = world().await;
    for tenant in [Some(A), Some(A), Some(B), None] {
        record(&world, &ctx(), tenant).await.expect("everything may be written");
    }
    assert_eq!(seen(&world, &ctx()).await, 4);
    assert_eq!(seen(&world, &only(&[A])).await, 2);
    assert_eq!(seen(&world, &only(&[A, B])).await, 3);
    assert_eq!(seen(&world, &only(&[])).await, 0);
    assert_eq!(seen(&world, &only(&[Uuid::from_u128(0xc)])).await, 0);
}

#[tokio::test]
async fn setting_does_not_outlive_its_transaction() {
    let world = world().await;
    record(&world, &ctx(), Some(A)).await.expect("everything may be written");
    assert_eq!(seen(&world, &ctx()).await, 1);
    assert_eq!(seen(&world, &only(&[B])).await, 0, "on the same connection: {:?}", world.store.pool_status());
}

#[tokio::test]
async fn session_without_the_setting_sees_nothing() {
    let world = world().await;
    record(&world, &ctx(), Some(A)).await.expect("everything may be written");
    let bare = connect(&world.db.app_url(SERVICE)).await;
    let counted = bare.query_one("SELECT count(*) FROM history", &[]).await.expect("the role may read");
    assert_eq!(counted.get::<_, i64>(0), 0);
    // A setting that was set in an earlier transaction is empty, not absent.
    bare.batch_execute("BEGIN; SET LOCAL dialtone.tenants = '*'; COMMIT").await.expect("anyone may set it");
    let counted = bare.query_one("SELECT count(*) FROM history", &[]).await.expect("the role may read");
    assert_eq!(counted.get::<_, i64>(0), 0);
}

#[tokio::test]
async fn row_of_another_tenant_cannot_be_written() {
    let world = world().await;
    assert!(matches!(record(&world, &only(&[A]), Some(B)).await, Err(DbFault::Other(_))));
    record(&world, &only(&[A]), Some(A)).await.expect("its own");
    assert_eq!(world.count("SELECT count(*) FROM history").await, 1);
}

#[tokio::test]
async fn history_tells_who_and_in_which_request() {
    let world = world().await;
    record(&world, &only(&[A]), Some(A)).await.expect("its own");
    let told = "SELECT count(*) FROM history \
                WHERE (actor, request_id, verb, resource) = ('person:tester', 'request-1', 'thing.made', 'things/1')";
    assert_eq!(world.count(told).await, 1);
}
