//! No event is passed over, and the events of one resource come in the order of its changes.

use crate::support::{Suite, insert, resources, things};

/// Waits until everything before is delivered, by an event of its own; says what came before it.
async fn until_marker(suite: &Suite, stream: &mut crate::support::Watching) -> Vec<String> {
    suite.append(&[crate::support::event(None, "marker.set", "marker")]).await;
    let mut before = Vec::new();
    loop {
        let event = stream.events(1).await.remove(0);
        if event.resource == "marker" {
            return before;
        }
        before.push(event.resource);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn late_committer_with_a_lower_position_is_not_missed() {
    let suite = Suite::start().await;
    let slow = suite.sql().await;
    slow.batch_execute(&format!("BEGIN; {}", insert("slow"))).await.expect("it is written");
    let quick = suite.sql().await;
    quick.batch_execute(&insert("quick")).await.expect("it is written");

    let mut live = suite.watch_all("").await;
    let mut second = suite
        .replica()
        .open(crate::support::staff(), crate::support::request(""))
        .await
        .map(crate::support::Watching)
        .expect("staff may watch");
    suite.until_looked_at_again().await;
    slow.batch_execute("COMMIT").await.expect("it commits");
    assert_eq!(resources(&live.events(2).await), ["slow", "quick"]);
    assert_eq!(resources(&second.events(2).await), ["slow", "quick"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn late_committer_is_waited_for_by_a_stream_that_is_live_already() {
    let suite = Suite::start().await;
    let mut live = suite.watch_all("").await;
    assert!(live.history().await.0.is_empty());
    let (slow, quick) = (suite.sql().await, suite.sql().await);
    slow.batch_execute(&format!("BEGIN; {}", insert("slow"))).await.expect("it is written");
    quick.batch_execute(&insert("quick")).await.expect("it is written");
    suite.until_looked_at_again().await;
    slow.batch_execute("COMMIT").await.expect("it commits");
    assert_eq!(resources(&live.events(2).await), ["slow", "quick"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rolled_back_event_leaves_a_gap_that_stops_nobody() {
    let suite = Suite::start().await;
    let mut live = suite.watch_all("").await;
    assert!(live.history().await.0.is_empty());
    let client = suite.sql().await;
    client.batch_execute(&format!("BEGIN; {}; ROLLBACK", insert("never"))).await.expect("it is rolled back");
    client.batch_execute(&insert("after")).await.expect("it is written");
    assert_eq!(resources(&live.events(1).await), ["after"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn unrelated_open_transaction_delays_nothing() {
    let suite = Suite::start().await;
    let mut live = suite.watch_all("").await;
    assert!(live.history().await.0.is_empty());
    let other = suite.sql().await;
    other.batch_execute("BEGIN; SELECT pg_current_xact_id()").await.expect("it begins");
    suite.append(&things(3)).await;
    assert_eq!(live.events(3).await.len(), 3);
    other.batch_execute("ROLLBACK").await.expect("it ends");
}

/// The case in which the order of transaction numbers is the wrong one: the older transaction changes the resource last.
#[tokio::test(flavor = "multi_thread")]
async fn events_of_one_resource_come_in_the_order_of_its_changes() {
    let suite = Suite::start().await;
    let mut live = suite.watch_all("").await;
    let (older, younger) = (suite.sql().await, suite.sql().await);
    older.batch_execute("BEGIN; SELECT pg_current_xact_id()").await.expect("it begins");
    younger.batch_execute(&format!("BEGIN; {}; COMMIT", insert("thing/first-change"))).await.expect("it is written");
    older.batch_execute(&format!("{}; COMMIT", insert("thing/second-change"))).await.expect("it is written");
    assert_eq!(resources(&live.events(2).await), ["thing/first-change", "thing/second-change"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_at_once_lose_and_repeat_nothing() {
    const WRITERS: usize = 8;
    const EACH: usize = 40;
    let suite = Suite::start().await;
    let mut early = suite.watch_all("").await;
    let writers = (0..WRITERS).map(|writer| {
        let suite = &suite;
        async move {
            let client = suite.sql().await;
            for n in 0..EACH {
                let end = if n % 5 == 4 { "ROLLBACK" } else { "COMMIT" };
                let sql = format!("BEGIN; {}; {end}", insert(&format!("{writer}/{n}")));
                client.batch_execute(&sql).await.expect("it is written");
            }
        }
    });
    futures::future::join_all(writers).await;
    let live = until_marker(&suite, &mut early).await;
    let mut late = suite.watch_all("").await;
    let (history, _) = late.history().await;
    let mut expected: Vec<String> = (0..WRITERS)
        .flat_map(|writer| (0..EACH).filter(|n| n % 5 != 4).map(move |n| format!("{writer}/{n}")))
        .collect();
    let mut seen = live.clone();
    expected.sort();
    seen.sort();
    assert_eq!(seen, expected);
    assert_eq!(resources(&history)[..live.len()], live);
}
