//! Old events go, and who needed them is told.

use std::time::Duration;

use dialtone_events::{Retention, run_purge};
use dialtone_status::Code;
use dialtone_testkit::eventually;
use tokio_util::sync::CancellationToken;

use crate::support::{LIMIT, SERVICE, Suite, request, resources, staff, things};

/// Makes the first `count` events a day old.
async fn age(suite: &Suite, count: i64) {
    let sql = format!(
        "UPDATE templates.outbox SET created = created - interval '1 day' WHERE position IN \
         (SELECT position FROM templates.outbox ORDER BY position LIMIT {count})"
    );
    suite.superuser(&sql).await;
}

/// Purges in the background until `left` events are left.
async fn purge(suite: &Suite, left: i64) {
    let stop = CancellationToken::new();
    let retention = Retention::new(Duration::from_secs(7_200));
    let job = tokio::spawn(run_purge(suite.store.clone(), SERVICE, retention, stop.clone()));
    let client = suite.sql().await;
    eventually("old events are purged", LIMIT, async || {
        let row = client.query_one("SELECT count(*) FROM outbox", &[]).await.expect("readable");
        (row.get::<_, i64>(0) == left).then_some(())
    })
    .await;
    stop.cancel();
    job.await.expect("the job does not panic");
}

#[tokio::test(flavor = "multi_thread")]
async fn purged_position_is_refused_with_the_oldest_one_kept() {
    let suite = Suite::start().await;
    suite.append(&things(10)).await;
    let (all, _) = suite.watch_all("").await.history().await;
    age(&suite, 6).await;
    purge(&suite, 4).await;

    let refused = suite.server.open(staff(), request(&all[4].position)).await.map(|_| ());
    let fault = refused.expect_err("event 5 is gone");
    assert_eq!((fault.code, fault.reason), (Code::OutOfRange, "POSITION_EXPIRED"));
    let oldest = fault.metadata("oldest_position").expect("it says where to continue").to_owned();

    for position in [oldest.as_str(), all[5].position.as_str(), ""] {
        let (rest, _) = suite.watch_all(position).await.history().await;
        assert_eq!(rest, all[6..]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn purge_takes_a_whole_beginning_in_pieces_and_never_a_young_event() {
    let suite = Suite::start().await;
    suite.append(&things(2_300)).await;
    age(&suite, 2_100).await;
    purge(&suite, 200).await;
    let (rest, _) = suite.watch_all("").await.history().await;
    assert_eq!(rest.len(), 200);
    assert_eq!(resources(&rest)[0], "thing/2100");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_purges_at_once_do_the_same_as_one() {
    let suite = Suite::start().await;
    suite.append(&things(1_500)).await;
    age(&suite, 1_500).await;
    tokio::join!(purge(&suite, 0), purge(&suite, 0));
    let (rest, _) = suite.watch_all("").await.history().await;
    assert!(rest.is_empty());
}

#[test]
fn retention_is_never_shorter_than_a_transaction_may_take() {
    assert_eq!(Retention::new(Duration::ZERO).keep, Retention::LEAST);
}

/// A stream must not jump over what was purged between two of its pages.
#[tokio::test(flavor = "multi_thread")]
async fn slow_stream_overtaken_by_the_purge_is_told() {
    let suite = Suite::start().await;
    suite.append(&things(2_000)).await;
    let mut stream = suite.watch_all("").await;
    stream.events(1).await;
    age(&suite, 1_500).await;
    purge(&suite, 500).await;
    let fault = stream.fault().await;
    assert_eq!((fault.code, fault.reason), (Code::OutOfRange, "POSITION_EXPIRED"));
    let oldest = fault.metadata("oldest_position").expect("it says where to continue");
    assert_eq!(suite.watch_all(oldest).await.history().await.0.len(), 500);
}
