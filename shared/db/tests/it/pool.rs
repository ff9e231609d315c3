//! The pool: bounded waits, bounded size, honest health.

use std::num::{NonZeroU32, NonZeroU64};

use dialtone_db::{DatabaseConfig, DbFault, PoolStatus, Store};
use dialtone_testkit::eventually;
use dialtone_testkit::tcp_proxy::{Mode, TcpProxy};
use tokio::sync::Notify;

use crate::support::{LONG, SERVICE, ctx, insert, sql, world, world_with};

#[tokio::test]
async fn full_pool_refuses_after_its_wait_and_works_again() {
    let world = world_with(|config| {
        config.pool_size = NonZeroU32::MIN;
        config.pool_wait_ms = NonZeroU64::new(50).expect("not zero");
    })
    .await;
    let (taken, go_on) = (Notify::new(), Notify::new());
    let ctx = ctx();
    let holder = world.store.tx("hold", &ctx, async |c| {
        insert(c, 1).await?;
        taken.notify_one();
        go_on.notified().await;
        Ok::<_, DbFault>(())
    });
    let second = async {
        taken.notified().await;
        let refused = world.store.tx("second", &ctx, async |c| insert(c, 2).await).await;
        go_on.notify_one();
        refused
    };
    let (held, refused) = tokio::join!(holder, second);
    assert_eq!((held, refused), (Ok(()), Err(DbFault::PoolTimeout)));
    assert_eq!(world.store.tx("third", &ctx, async |c| insert(c, 3).await).await, Ok(3));
    assert_eq!(world.store.pool_status(), PoolStatus { max: 1, open: 1, idle: 1, waiting: 0 });
}

#[tokio::test]
async fn connections_are_used_again() {
    let world = world().await;
    for id in 0..20 {
        world.store.tx("write", &ctx(), async |c| insert(c, id).await).await.expect("a right row");
        let read: Result<(), DbFault> = world.store.read("read", &ctx(), async |c| sql(c, "SELECT 1").await).await;
        read.expect("a right query");
    }
    assert_eq!(world.store.pool_status().open, 1);
}

#[tokio::test]
async fn read_leaves_no_transaction_open() {
    let world = world().await;
    let read: Result<(), DbFault> = world.store.read("read", &ctx(), async |c| sql(c, "SELECT 1").await).await;
    read.expect("a right query");
    eventually("its COMMIT arrives", LONG, async || (world.busy().await == 0).then_some(())).await;
    assert_eq!(world.store.pool_status().idle, 1);
}

#[tokio::test]
async fn ping_says_whether_the_database_is_there() {
    let world = world().await;
    world.store.ping().await.expect("it is there");

    let proxy = TcpProxy::start(world.db.address().await).await.expect("the loopback has free ports");
    let mut config = DatabaseConfig::new(proxy.url(&world.db.app_url(SERVICE)).into());
    config.pool_wait_ms = NonZeroU64::new(200).expect("not zero");
    let store = Store::connect(&config, SERVICE).await.expect("the proxy passes");
    store.ping().await.expect("it is there");
    proxy.set(Mode::Cut);
    store.ping().await.expect_err("it is gone");
    proxy.set(Mode::Pass);
    eventually("it is back", LONG, async || store.ping().await.ok()).await;
}

#[tokio::test]
async fn store_does_not_open_without_a_server_or_with_a_bad_url() {
    let dead = DatabaseConfig::new("postgres://nobody@127.0.0.1:1/nothing".into());
    assert_eq!(Store::connect(&dead, SERVICE).await.err(), Some(DbFault::ConnectionLost));
    let bad = DatabaseConfig::new("nonsense with a pass=word".into());
    let Some(DbFault::Other(text)) = Store::connect(&bad, SERVICE).await.err() else { panic!("it cannot be read") };
    assert!(!text.contains("word"), "{text}");
}

#[tokio::test]
async fn transactions_can_be_spawned_with_borrowed_values() {
    let world = world().await;
    let store = world.store.clone();
    let spawned = tokio::spawn(async move {
        let name = String::from("owned by the task");
        store
            .tx("spawned", &ctx(), async |c| sql(c, &format!("INSERT INTO thing VALUES (1, '{name}')")).await)
            .await
            .map(|()| name)
    });
    let name: Result<String, DbFault> = spawned.await.expect("no panic");
    assert!(name.is_ok(), "{name:?}");
}
