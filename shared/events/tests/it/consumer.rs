//! Each event has its effect exactly once, whatever fails and however many replicas follow.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use dialtone_authz::{Caller, Ctx};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_events::{
    EventServer,
    consumer::{Consumer, EventSource, Handler, Received, run},
};
use dialtone_ids::ServiceName;
use dialtone_proto::events::v1::{EventFilter, WatchRequest, WatchResponse, event_service_server::EventService as _};
use dialtone_status::Status;
use dialtone_testkit::eventually;
use diesel::sql_types::Text;
use futures::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::BoxStream};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::support::{LIMIT, SERVICE, Suite, ctx, things};

/// The source in this process, over its gRPC trait.
struct Local(EventServer);

impl EventSource for Local {
    fn watch(
        &self,
        request: WatchRequest,
    ) -> BoxFuture<'_, Result<BoxStream<'static, Result<WatchResponse, Status>>, Status>> {
        let mut request = tonic::Request::new(request);
        request.extensions_mut().insert(ctx(Caller::service(ServiceName::OrgFinder)));
        let server = self.0.clone();
        async move { Ok(server.watch(request).await?.into_inner().boxed()) }.boxed()
    }
}

/// Notes each event in a table, and fails where it is told to: after its effect, before the position.
#[derive(Clone, Default)]
pub(crate) struct Notes {
    fail_on: Option<&'static str>,
    failures_left: Arc<AtomicUsize>,
    missed: Arc<AtomicUsize>,
}

impl Handler for Notes {
    fn apply<'a>(&'a self, c: &'a mut Conn, _: &'a Ctx, event: &'a Received) -> BoxFuture<'a, Result<(), DbFault>> {
        async move {
            let insert = diesel::sql_query("INSERT INTO note (resource) VALUES ($1)").bind::<Text, _>(&event.resource);
            diesel_async::RunQueryDsl::execute(insert, c).await.db()?;
            let fails = self.fail_on == Some(event.resource.as_str())
                && self
                    .failures_left
                    .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1))
                    .is_ok();
            if fails { Err(DbFault::Other("planted".to_owned())) } else { Ok(()) }
        }
        .boxed()
    }

    fn missed<'a>(&'a self, _: &'a mut Conn, _: &'a Ctx) -> BoxFuture<'a, Result<(), DbFault>> {
        self.missed.fetch_add(1, Ordering::SeqCst);
        async { Ok(()) }.boxed()
    }
}

pub(crate) struct Following {
    stop: CancellationToken,
    job: JoinHandle<()>,
}

impl Following {
    fn start(suite: &Suite, server: EventServer, notes: &Notes) -> Following {
        Self::of(suite, Local(server), notes)
    }

    pub(crate) fn of(suite: &Suite, source: impl EventSource, notes: &Notes) -> Following {
        let consumer = Consumer { name: "notes", service: SERVICE, filter: EventFilter::default() };
        let stop = CancellationToken::new();
        let job = run(source, consumer, suite.store.clone(), notes.clone(), stop.clone());
        Following { stop, job: tokio::spawn(job) }
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.job.await.expect("the consumer does not panic");
    }
}

/// A table without a key: an effect that happens twice is seen.
pub(crate) async fn suite_with_notes() -> Suite {
    let suite = Suite::start().await;
    let table = "CREATE TABLE templates.note (n serial, resource text)";
    let grant = "GRANT ALL ON templates.note, templates.note_n_seq TO templates_app";
    suite.superuser(&format!("{table}; {grant}")).await;
    suite
}

async fn notes(suite: &Suite) -> Vec<String> {
    let client = suite.sql().await;
    let rows = client.query("SELECT resource FROM note ORDER BY n", &[]).await.expect("readable");
    rows.iter().map(|row| row.get(0)).collect()
}

pub(crate) async fn until_noted(suite: &Suite, count: usize) -> Vec<String> {
    eventually("all events are applied", LIMIT, async || {
        let noted = notes(suite).await;
        (noted.len() >= count).then_some(noted)
    })
    .await
}

pub(crate) fn names(count: usize) -> Vec<String> {
    things(count).into_iter().map(|event| event.resource).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_apply_each_event_once_and_in_order() {
    let suite = suite_with_notes().await;
    suite.append(&things(300)).await;
    let one = Following::start(&suite, suite.server.clone(), &Notes::default());
    let two = Following::start(&suite, suite.replica(), &Notes::default());
    until_noted(&suite, 300).await;
    for event in things(330).into_iter().skip(300) {
        suite.append(&[event]).await;
    }
    until_noted(&suite, 330).await;
    one.stop().await;
    two.stop().await;
    assert_eq!(notes(&suite).await, names(330));
}

#[tokio::test(flavor = "multi_thread")]
async fn failure_between_effect_and_position_leaves_neither() {
    let suite = suite_with_notes().await;
    suite.append(&things(20)).await;
    let failing = Notes { fail_on: Some("thing/7"), failures_left: Arc::new(AtomicUsize::new(3)), ..Notes::default() };
    let following = Following::start(&suite, suite.server.clone(), &failing);
    until_noted(&suite, 20).await;
    following.stop().await;
    assert_eq!(failing.failures_left.load(Ordering::SeqCst), 0, "it did fail");
    assert_eq!(notes(&suite).await, names(20));
}

#[tokio::test(flavor = "multi_thread")]
async fn consumer_continues_after_a_restart_where_it_was() {
    let suite = suite_with_notes().await;
    suite.append(&things(5)).await;
    let first = Following::start(&suite, suite.server.clone(), &Notes::default());
    until_noted(&suite, 5).await;
    first.stop().await;
    suite.append(&things(3)).await;
    let second = Following::start(&suite, suite.server.clone(), &Notes::default());
    let noted = until_noted(&suite, 8).await;
    second.stop().await;
    assert_eq!(noted, [names(5), names(3)].concat());
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_position_is_told_once_and_the_rest_is_applied() {
    let mut suite = suite_with_notes().await;
    suite.logs.allow("events were purged before they were read");
    suite.append(&things(4)).await;
    let handler = Notes::default();
    let before = Following::start(&suite, suite.server.clone(), &handler);
    until_noted(&suite, 4).await;
    before.stop().await;
    suite.append(&things(6)).await;
    purge_first(&suite, 7).await;
    let after = Following::start(&suite, suite.server.clone(), &handler);
    let noted = until_noted(&suite, 7).await;
    after.stop().await;
    assert_eq!(handler.missed.load(Ordering::SeqCst), 1);
    assert_eq!(noted[4..], ["thing/3", "thing/4", "thing/5"]);
}

/// What the purge job does when events are old.
async fn purge_first(suite: &Suite, count: i64) {
    let client = suite.sql().await;
    let sql = format!("DELETE FROM outbox WHERE position <= {count}; UPDATE outbox_state SET floor = {count}");
    client.batch_execute(&sql).await.expect("the role may purge");
}
