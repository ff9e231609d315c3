//! History, replay, positions, slow clients, the end of a stream.

use std::time::Duration;

use dialtone_proto::events::v1::{
    EventFilter, WatchRequest, event_service_server::EventService as _, watch_response::Message,
};
use dialtone_status::Code;
use dialtone_testkit::{assert_fault, eventually};
use futures::StreamExt as _;

use crate::support::{LIMIT, SERVICE, Suite, Watching, event, request, resources, staff, things};

#[tokio::test(flavor = "multi_thread")]
async fn replay_from_each_position_is_the_rest_of_the_list() {
    let suite = Suite::start().await;
    suite.append(&things(12)).await;
    let (all, end) = suite.watch_all("").await.history().await;
    assert_eq!(all.len(), 12);
    assert_eq!(end, all[11].position);
    for (n, event) in all.iter().enumerate() {
        let (rest, _) = suite.watch_all(&event.position).await.history().await;
        assert_eq!(rest, all[n + 1..], "from {n}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn event_carries_what_was_appended() {
    let suite = Suite::start().await;
    let organization = dialtone_ids::OrganizationId::new();
    suite.append(&[event(Some(organization), "thing.made", "thing/1")]).await;
    let seen = suite.watch_all("").await.events(1).await.remove(0);
    assert_eq!(seen.r#type, "thing.made");
    assert_eq!(seen.resource, "thing/1");
    assert_eq!(seen.organization, organization.to_string());
    assert_eq!(seen.actor, "service:templates/test");
    assert!(seen.time.is_some());
    let data = dialtone_proto::json::from_struct(seen.data.expect("there is data"));
    assert_eq!(data, serde_json::json!({ "name": "thing/1" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn history_longer_than_a_page_continues_live_without_a_seam() {
    let suite = Suite::start().await;
    suite.append(&things(1_203)).await;
    let mut stream = suite.watch_all("").await;
    let first = stream.events(700).await;
    suite.append(&things(5)).await;
    let rest = stream.events(508).await;
    let positions: Vec<_> = first.iter().chain(&rest).map(|e| e.resource.clone()).collect();
    let expected: Vec<_> = things(1_203).into_iter().chain(things(5)).map(|e| e.resource).collect();
    assert_eq!(positions, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn filter_by_type_and_resource_holds_in_history_and_live() {
    let suite = Suite::start().await;
    let mixed = [
        event(None, "thing.made", "thing/1"),
        event(None, "thing.gone", "thing/1"),
        event(None, "thing.made", "other/1"),
    ];
    suite.append(&mixed).await;
    let filter =
        EventFilter { types: vec!["thing.made".into()], resource_prefix: "thing/".into(), ..EventFilter::default() };
    let request = WatchRequest { position: String::new(), filter: Some(filter) };
    let mut stream = Watching(suite.server.open(staff(), request).await.expect("staff may watch"));
    let (history, _) = stream.history().await;
    assert_eq!(resources(&history), ["thing/1"]);
    suite.append(&mixed).await;
    suite.append(&[event(None, "thing.made", "thing/2")]).await;
    assert_eq!(resources(&stream.events(2).await), ["thing/1", "thing/2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn caught_up_position_continues_after_what_the_filter_left_out() {
    let suite = Suite::start().await;
    suite.append(&things(4)).await;
    let filter = EventFilter { types: vec!["nothing.such".into()], ..EventFilter::default() };
    let wanted = WatchRequest { position: String::new(), filter: Some(filter) };
    let mut stream = Watching(suite.server.open(staff(), wanted).await.expect("staff may watch"));
    let (none, end) = stream.history().await;
    assert!(none.is_empty());
    let (rest, _) = suite.watch_all(&end).await.history().await;
    assert!(rest.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_request_names_every_field_over_the_wire_form() {
    let suite = Suite::start().await;
    let bad = WatchRequest {
        position: "made-up".into(),
        filter: Some(EventFilter { service: "org-finder".into(), ..EventFilter::default() }),
    };
    let mut request = tonic::Request::new(bad);
    request.extensions_mut().insert(staff());
    let answer = suite.server.watch(request).await.map(|_| ());
    let seen = assert_fault!(answer, InvalidArgument, "INVALID_FIELDS", ["filter.service", "position"]);
    assert_eq!(seen.domain, "templates.dialtone.internal");
}

#[tokio::test(flavor = "multi_thread")]
async fn position_of_another_table_is_refused() {
    let (one, other) = (Suite::start().await, Suite::start().await);
    // Both are clones of one template, which an installation's tables are not.
    other.superuser("UPDATE templates.outbox_state SET stream = gen_random_uuid()").await;
    one.append(&things(1)).await;
    let position = one.watch_all("").await.events(1).await.remove(0).position;
    let refused = other.server.open(staff(), request(&position)).await.map(|_| ()).expect_err("it is foreign");
    assert_eq!((refused.code, refused.reason), (Code::InvalidArgument, "INVALID_FIELDS"));
}

/// The slow client reads nothing while more is written than all buffers together hold.
#[tokio::test(flavor = "multi_thread")]
async fn slow_client_delays_nobody_and_still_gets_everything() {
    const ROUNDS: usize = 24;
    let suite = Suite::start().await;
    let mut slow = suite.watch_all("").await;
    let mut quick = suite.watch_all("").await;
    assert!(slow.history().await.0.is_empty());
    assert!(quick.history().await.0.is_empty());
    for _ in 0..ROUNDS {
        suite.append(&things(500)).await;
        assert_eq!(quick.events(500).await.len(), 500);
    }
    let all = slow.events(ROUNDS * 500).await;
    let (expected, _) = suite.watch_all("").await.history().await;
    assert_eq!(all, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_watching_asks_the_database_nothing() {
    let suite = Suite::start().await;
    let mut stream = suite.watch_all("").await;
    assert!(stream.history().await.0.is_empty());
    drop(stream);
    let monitor = suite.sql().await;
    let looks = async || {
        let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() \
                   AND state_change > clock_timestamp() - interval '1 second'";
        monitor.query_one(sql, &[]).await.expect("statistics can be read").get::<_, i64>(0)
    };
    eventually("the reader rests", LIMIT, async || (looks().await == 0).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn shutdown_ends_streams_so_that_clients_go_elsewhere() {
    let suite = Suite::start().await;
    let mut stream = suite.watch_all("").await;
    assert!(stream.history().await.0.is_empty());
    suite.shutdown.cancel();
    let fault = stream.fault().await;
    assert_eq!((fault.code, fault.reason), (Code::Unavailable, "UNAVAILABLE"));
    let ended = tokio::time::timeout(LIMIT, stream.0.next()).await.expect("it ends");
    assert!(ended.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn end_of_history_is_told_at_once_and_once() {
    let suite = Suite::start().await;
    suite.append(&things(2)).await;
    let mut stream = suite.watch_all("").await;
    assert_eq!(stream.history().await.0.len(), 2);
    suite.append(&things(1)).await;
    let next = tokio::time::timeout(Duration::from_secs(10), stream.next()).await.expect("it comes by itself");
    assert!(matches!(next, Ok(Message::Event(_))), "{next:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_stream_says_again_and_again_that_it_is_caught_up() {
    let suite = Suite::start().await;
    suite.append(&things(1)).await;
    let server = suite.server.clone().heartbeat(Duration::from_millis(20));
    let mut stream = Watching(server.open(staff(), request("")).await.expect("staff may watch"));
    let (_, end) = stream.history().await;
    for _ in 0..3 {
        assert_eq!(stream.history().await, (Vec::new(), end.clone()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_go_and_come_back_with_their_migrations() {
    use dialtone_db::migrate;
    let suite = Suite::start().await;
    let owner = suite.database.owner_url(SERVICE).into();
    let reverted = migrate::revert_all(&owner, SERVICE, &[&dialtone_events::MIGRATIONS]).await;
    assert!(reverted.expect("every down.sql works") > 0);
    let applied = migrate::run(&owner, SERVICE, &[&dialtone_events::MIGRATIONS]).await;
    assert!(!applied.expect("every up.sql works again").is_empty());
    suite.append(&things(2)).await;
    let opened = suite.replica().open(staff(), request("")).await;
    assert_eq!(Watching(opened.expect("staff may watch")).history().await.0.len(), 2);
}
