//! A migrated database with some tables to break, and a context to break them in.

use std::sync::LazyLock;
use std::time::Duration;

use dialtone_db::{Classify as _, Conn, DatabaseConfig, DbFault, Store, Tenants, TxContext};
use dialtone_ids::ServiceName;
use dialtone_testkit::{Database, Template, fresh};
use diesel_async::SimpleAsyncConnection as _;
use tokio::time::Instant;
use tokio_postgres::{Client, NoTls};

pub(crate) const SERVICE: ServiceName = ServiceName::OrgFinder;

/// Longer than anything here takes; a test that meets it is broken.
pub(crate) const LONG: Duration = Duration::from_secs(20);

const TABLES: &str = "
    SET search_path = org_finder;
    CREATE TABLE parent (id int CONSTRAINT parent_pkey PRIMARY KEY);
    INSERT INTO parent VALUES (1);
    CREATE TABLE thing (
        id int CONSTRAINT thing_pkey PRIMARY KEY,
        name text NOT NULL CONSTRAINT thing_name_check CHECK (name <> ''),
        parent int CONSTRAINT thing_parent_fkey REFERENCES parent,
        late int CONSTRAINT thing_late_fkey REFERENCES parent DEFERRABLE INITIALLY DEFERRED
    );
    CREATE UNIQUE INDEX thing_name_key ON thing (name);
";

static TEMPLATE: LazyLock<Template> = LazyLock::new(|| Template::of_service(SERVICE, vec![]));

pub(crate) struct World {
    pub(crate) db: Database,
    pub(crate) store: Store,
    /// A superuser, who sees and does everything.
    pub(crate) admin: Client,
}

pub(crate) async fn world() -> World {
    world_with(|_| {}).await
}

/// With a configuration that `change` made from the defaults.
pub(crate) async fn world_with(change: impl FnOnce(&mut DatabaseConfig)) -> World {
    let db = fresh(&TEMPLATE).await;
    connect(&db.owner_url(SERVICE)).await.batch_execute(TABLES).await.expect("the tables are right");
    let mut config = db.config(SERVICE);
    change(&mut config);
    let store = Store::connect(&config, SERVICE).await.expect("the database is there");
    let admin = connect(db.url()).await;
    admin.batch_execute("SET search_path = org_finder").await.expect("the schema is there");
    World { db, store, admin }
}

pub(crate) async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.expect("the database is there");
    // Ends with the client, or when a test cuts it.
    tokio::spawn(connection);
    client
}

impl World {
    /// The only value of a query.
    pub(crate) async fn count(&self, sql: &str) -> i64 {
        self.admin.query_one(sql, &[]).await.expect("the query is right").get(0)
    }

    pub(crate) async fn things(&self) -> i64 {
        self.count("SELECT count(*) FROM thing").await
    }

    /// Sessions of the service that still run something or are inside a transaction.
    pub(crate) async fn busy(&self) -> i64 {
        self.count(
            "SELECT count(*) FROM pg_stat_activity \
             WHERE datname = current_database() AND usename = 'org_finder_app' AND state <> 'idle'",
        )
        .await
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Ctx {
    pub(crate) deadline: Instant,
    pub(crate) tenants: Tenants,
}

/// A request that may see everything and has time.
pub(crate) fn ctx() -> Ctx {
    ctx_within(LONG)
}

pub(crate) fn ctx_within(time: Duration) -> Ctx {
    Ctx { deadline: Instant::now() + time, tenants: Tenants::All }
}

impl TxContext for Ctx {
    fn deadline(&self) -> Instant {
        self.deadline
    }
    fn tenants(&self) -> &Tenants {
        &self.tenants
    }
    fn actor(&self) -> &str {
        "person:tester"
    }
    fn request_id(&self) -> &str {
        "request-1"
    }
}

pub(crate) async fn sql(c: &mut Conn, sql: &str) -> Result<(), DbFault> {
    c.batch_execute(sql).await.db()
}

pub(crate) async fn insert(c: &mut Conn, id: i32) -> Result<i32, DbFault> {
    sql(c, &format!("INSERT INTO thing (id, name) VALUES ({id}, 'thing {id}')")).await?;
    Ok(id)
}
