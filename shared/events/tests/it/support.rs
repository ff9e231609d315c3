//! One service's events on a database of its own, and short ways to write and read them.

use std::time::Duration;

use dialtone_authz::{Caller, Ctx, Role};
use dialtone_db::{DbFault, Store, Tenants, TxContext};
use dialtone_events::{EventServer, Feed, NewEvent, append_all};
use dialtone_ids::{OrganizationId, ServiceName};
use dialtone_proto::events::v1::{Event, EventFilter, WatchRequest, WatchResponse, watch_response::Message};
use dialtone_status::Fault;
use dialtone_testkit::{Database, FixedAccess, LogGuard, Template, eventually, fresh, log_guard};
use futures::{StreamExt as _, stream::BoxStream};
use serde_json::json;
use tokio::time::{Instant, timeout};
use tokio_util::sync::{CancellationToken, DropGuard};

/// Whose tables the tests use; any service would do.
pub(crate) const SERVICE: ServiceName = ServiceName::Templates;
/// Long enough for the slowest machine; a test that waits for it has failed.
pub(crate) const LIMIT: Duration = Duration::from_secs(30);

pub(crate) struct Suite {
    pub(crate) store: Store,
    pub(crate) server: EventServer,
    pub(crate) access: FixedAccess,
    pub(crate) shutdown: CancellationToken,
    pub(crate) database: Database,
    _stop: DropGuard,
    pub(crate) logs: LogGuard,
}

impl Suite {
    pub(crate) async fn start() -> Suite {
        let logs = log_guard();
        let database = fresh(&template()).await;
        let store = database.store(SERVICE).await;
        let shutdown = CancellationToken::new();
        let feed = Feed::start(store.clone(), SERVICE, shutdown.clone());
        let access = FixedAccess::default();
        Suite {
            server: EventServer::new(feed, access.guard()),
            store,
            access,
            _stop: shutdown.clone().drop_guard(),
            shutdown,
            database,
            logs,
        }
    }

    /// A second process on the same table.
    pub(crate) fn replica(&self) -> EventServer {
        let feed = Feed::start(self.store.clone(), SERVICE, self.shutdown.clone());
        EventServer::new(feed, self.access.guard())
    }

    /// Writes events in one transaction.
    pub(crate) async fn append(&self, events: &[NewEvent]) {
        let ctx = Ctx::job(SERVICE, "test");
        let written: Result<(), DbFault> =
            self.store.tx("test_append", &ctx, async |c| append_all(c, &ctx, events).await).await;
        written.expect("events can be written");
    }

    /// A stream for the provider's staff.
    pub(crate) async fn watch_all(&self, position: &str) -> Watching {
        let opened = self.server.open(staff(), request(position)).await;
        Watching(opened.expect("staff may watch"))
    }

    /// What no service may do.
    pub(crate) async fn superuser(&self, sql: &str) {
        let (client, connection) =
            tokio_postgres::connect(self.database.url(), tokio_postgres::NoTls).await.expect("the database is there");
        tokio::spawn(connection);
        client.batch_execute(sql).await.expect("a superuser may");
    }

    /// Waits until the store was used at two more moments: so a whole look at the table began after this was called.
    pub(crate) async fn until_looked_at_again(&self) {
        let client = self.sql().await;
        let sql = "SELECT coalesce(max(query_start)::text, '') FROM pg_stat_activity \
                   WHERE datname = current_database() AND application_name <> ''";
        let latest = async || client.query_one(sql, &[]).await.expect("its own activity").get::<_, String>(0);
        for _ in 0..3 {
            let before = latest().await;
            eventually("the table is looked at", LIMIT, async || (latest().await != before).then_some(())).await;
        }
    }

    /// A connection outside the store, for transactions that a test holds open.
    pub(crate) async fn sql(&self) -> tokio_postgres::Client {
        let url = self.database.url_as("templates_app");
        let (client, connection) =
            tokio_postgres::connect(&url, tokio_postgres::NoTls).await.expect("the role may connect");
        tokio::spawn(connection);
        client
            .batch_execute("SET search_path = templates, public; SET dialtone.tenants = '*'")
            .await
            .expect("settings are allowed");
        client
    }
}

/// The tables of this crate alone.
fn template() -> Template {
    Template::of_service(SERVICE, vec![&dialtone_events::MIGRATIONS])
}

/// SQL that appends one event, as `append` does.
pub(crate) fn insert(resource: &str) -> String {
    format!(
        "INSERT INTO outbox (kind, resource, actor, data) VALUES ('thing.changed', '{resource}', 'person:a', '{{}}')"
    )
}

pub(crate) fn event(tenant: Option<OrganizationId>, kind: &'static str, resource: &str) -> NewEvent {
    NewEvent {
        tenant: tenant.map(OrganizationId::uuid),
        kind,
        resource: resource.to_owned(),
        data: json!({ "name": resource }),
    }
}

/// `count` events of `thing/0`, `thing/1`, …
pub(crate) fn things(count: usize) -> Vec<NewEvent> {
    (0..count).map(|n| event(None, "thing.changed", &format!("thing/{n}"))).collect()
}

pub(crate) fn request(position: &str) -> WatchRequest {
    WatchRequest { position: position.to_owned(), filter: None }
}

pub(crate) fn of_organization(organization: OrganizationId) -> WatchRequest {
    WatchRequest {
        position: String::new(),
        filter: Some(EventFilter { organization: organization.to_string(), ..EventFilter::default() }),
    }
}

pub(crate) fn staff() -> Ctx {
    ctx(Caller::platform("staff"))
}

pub(crate) fn ctx(caller: Caller) -> Ctx {
    let method = dialtone_proto::method("/dialtone.events.v1.EventService/Watch");
    let method = method.expect("the method is in the protos");
    let ctx = Ctx::new(caller, method, "test", Instant::now() + LIMIT, dialtone_status::Locale::default());
    assert_eq!(ctx.tenants(), &Tenants::Only(Vec::new()));
    ctx
}

pub(crate) fn reader(access: &FixedAccess, subject: &str, organization: OrganizationId) -> Ctx {
    access.grant(subject, organization, Role::ReadOnly);
    ctx(Caller::person(subject))
}

/// An open stream.
pub(crate) struct Watching(pub(crate) BoxStream<'static, Result<WatchResponse, Fault>>);

impl Watching {
    pub(crate) async fn next(&mut self) -> Result<Message, Fault> {
        let next = timeout(LIMIT, self.0.next()).await.expect("a message in time");
        let response = next.expect("the stream goes on")?;
        Ok(response.message.expect("a message says something"))
    }

    /// The next events, whatever heartbeats come between.
    pub(crate) async fn events(&mut self, count: usize) -> Vec<Event> {
        let mut events = Vec::with_capacity(count);
        let all = async {
            while events.len() < count {
                if let Message::Event(event) = self.next().await.expect("the stream goes on") {
                    events.push(event);
                }
            }
        };
        let in_time = timeout(LIMIT, all).await;
        assert!(in_time.is_ok(), "{} of {count} events: {:?}", events.len(), resources(&events));
        events
    }

    /// Everything up to the end of the history, and the position told there.
    pub(crate) async fn history(&mut self) -> (Vec<Event>, String) {
        let mut events = Vec::new();
        loop {
            match self.next().await.expect("the stream goes on") {
                Message::Event(event) => events.push(event),
                Message::CaughtUp(position) => return (events, position),
            }
        }
    }

    /// The fault that ends the stream.
    pub(crate) async fn fault(&mut self) -> Fault {
        let ended = async {
            loop {
                if let Err(fault) = self.next().await {
                    return fault;
                }
            }
        };
        timeout(LIMIT, ended).await.expect("the stream ends in time")
    }
}

pub(crate) fn resources(events: &[Event]) -> Vec<&str> {
    events.iter().map(|event| event.resource.as_str()).collect()
}
