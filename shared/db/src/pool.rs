//! Connections: how they are made, checked, given out and thrown away.
//!
//! Every connection has the service's schema as its search path and the configured timeouts. One that saw a fault after which its
//! state is in doubt never comes back to the pool.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use diesel_async::pooled_connection::PoolableConnection as _;
use diesel_async::{AsyncConnection, SimpleAsyncConnection as _, TransactionManager};
use secrecy::ExposeSecret as _;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_postgres::NoTls;

use dialtone_ids::ServiceName;

use crate::Conn;
use crate::classify::{Classify as _, classify};
use crate::config::DatabaseConfig;
use crate::fault::DbFault;
use crate::measure;

/// The database of one service. Cheap to clone; all clones share one pool.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pool: bb8::Pool<Manager>,
    generation: Arc<AtomicU64>,
    config: DatabaseConfig,
}

/// How the pool is doing, for health and metrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolStatus {
    /// The most connections it may keep.
    pub max: u32,
    /// Connections that exist.
    pub open: u32,
    /// Those that nobody uses now.
    pub idle: u32,
    /// Callers that wait for one.
    pub waiting: u64,
}

impl Store {
    /// Opens the pool and proves with one connection that the database answers.
    ///
    /// # Errors
    /// `Other` when the URL cannot be read, `ConnectionLost` when the server refuses or does not answer; the reason is logged.
    pub async fn connect(config: &DatabaseConfig, service: ServiceName) -> Result<Self, DbFault> {
        let generation = Arc::new(AtomicU64::new(0));
        let manager = Manager::new(config, service, Arc::clone(&generation))?;
        // Not through the pool, which would try again until its wait is over and hide the reason.
        let first = bb8::ManageConnection::connect(&manager).await?;
        let pool = bb8::Pool::builder()
            .max_size(config.pool_size.get())
            .connection_timeout(Duration::from_millis(config.pool_wait_ms.get()))
            // A broken connection is noticed without a question to the server, and its transaction runs again on another one.
            .test_on_check_out(false)
            .queue_strategy(bb8::QueueStrategy::Lifo)
            .error_sink(Box::new(LogSink))
            .build_unchecked(manager);
        // Fails only when the pool is full, and it is empty.
        let _ = pool.add(first);
        let store = Self { inner: Arc::new(Inner { pool, generation, config: config.clone() }) };
        measure::observe_pool(&store, service);
        Ok(store)
    }

    /// Whether the database takes writes now: asks `transaction_read_only`, because a demoted primary still answers `SELECT 1`.
    ///
    /// # Errors
    /// `ReadOnly` for a demoted primary, after which every connection is made anew; otherwise why it could not be asked.
    /// `PoolTimeout` says that this process is busy, or that nothing can be connected to; [`Store::pool_status`] tells which.
    pub async fn ping(&self) -> Result<(), DbFault> {
        let wait = Duration::from_millis(self.inner.config.pool_wait_ms.get());
        let mut lease = self.lease(Instant::now() + wait).await?;
        let asked = timeout(wait, read_only(lease.conn())).await.unwrap_or(Err(DbFault::StatementTimeout));
        match asked {
            Ok(false) => {
                lease.give_back();
                Ok(())
            }
            Ok(true) => {
                lease.distrust_all();
                Err(DbFault::ReadOnly)
            }
            Err(fault) => Err(fault),
        }
    }

    /// The pool as it is now.
    pub fn pool_status(&self) -> PoolStatus {
        self.inner.status()
    }

    /// The configuration that the store was opened with.
    pub fn config(&self) -> &DatabaseConfig {
        &self.inner.config
    }

    pub(crate) fn downgrade(&self) -> Weak<Inner> {
        Arc::downgrade(&self.inner)
    }

    /// A connection of the current generation that is not known to be broken, before the deadline and within the pool's wait.
    pub(crate) async fn lease(&self, deadline: Instant) -> Result<Lease<'_>, DbFault> {
        loop {
            let got = timeout_at(deadline, self.inner.pool.get()).await;
            let session = match got {
                Ok(Ok(session)) => session,
                Ok(Err(_)) => return Err(DbFault::PoolTimeout),
                Err(_) => return Err(DbFault::DeadlineExceeded),
            };
            let mut lease = Lease { session, generation: &self.inner.generation, end: End::Interrupted };
            if lease.is_usable() {
                return Ok(lease);
            }
            lease.evict();
        }
    }
}

impl Inner {
    pub(crate) fn status(&self) -> PoolStatus {
        let state = self.pool.state();
        PoolStatus {
            max: self.config.pool_size.get(),
            open: state.connections,
            idle: state.idle_connections,
            waiting: state.statistics.pending_gets(),
        }
    }
}

async fn read_only(conn: &mut Conn) -> Result<bool, DbFault> {
    use diesel_async::RunQueryDsl as _;

    #[derive(diesel::QueryableByName)]
    struct Setting {
        #[diesel(sql_type = diesel::sql_types::Bool)]
        on: bool,
    }
    let sql = "SELECT current_setting('transaction_read_only')::bool AS on";
    let setting: Setting = diesel::sql_query(sql).get_result(conn).await.db()?;
    Ok(setting.on)
}

/// A connection in use. One that is neither given back nor evicted was interrupted: it is closed, and what the server still runs
/// for it is cancelled, so that a dropped request leaves neither an open transaction nor a running statement.
pub(crate) struct Lease<'a> {
    session: bb8::PooledConnection<'a, Manager>,
    generation: &'a AtomicU64,
    end: End,
}

enum End {
    Interrupted,
    Evicted,
    GivenBack,
}

impl Lease<'_> {
    pub(crate) fn conn(&mut self) -> &mut Conn {
        &mut self.session.conn
    }

    /// The connection is as it was made: no transaction, nothing running.
    pub(crate) fn give_back(mut self) {
        self.end = End::GivenBack;
    }

    /// Nothing runs on it any more, but its state is in doubt.
    pub(crate) fn evict(mut self) {
        self.end = End::Evicted;
    }

    /// No connection that exists now is used again: their plans or their server are out of date.
    pub(crate) fn distrust_all(self) {
        let mine = self.session.generation;
        // Only the first to notice counts up; the others of the same generation would throw away the new connections.
        let _ = self.generation.compare_exchange(mine, mine + 1, Ordering::Relaxed, Ordering::Relaxed);
        self.evict();
    }

    fn is_usable(&mut self) -> bool {
        self.session.generation == self.generation.load(Ordering::Relaxed) && !self.session.conn.is_broken()
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if matches!(self.end, End::GivenBack) {
            return;
        }
        let conn = &mut self.session.conn;
        // What bb8 asks for when the connection comes back, in `has_broken`.
        <Conn as AsyncConnection>::TransactionManager::transaction_manager_status_mut(conn).set_in_error();
        if let (End::Interrupted, Ok(runtime)) = (&self.end, tokio::runtime::Handle::try_current()) {
            let token = conn.cancel_token();
            // A courtesy to the server: it fails when the server is gone, and then nothing runs there.
            runtime.spawn(async move { timeout(CANCEL_TIMEOUT, token.cancel_query(NoTls)).await });
        }
    }
}

const CANCEL_TIMEOUT: Duration = Duration::from_secs(2);
/// A dead network is noticed after about this time, also by a connection that only waits.
const DEAD_NETWORK: Duration = Duration::from_secs(30);

/// A connection and the generation that it belongs to.
pub(crate) struct Session {
    conn: Conn,
    generation: u64,
}

/// Makes connections for bb8.
pub(crate) struct Manager {
    config: tokio_postgres::Config,
    setup: String,
    timeout: Duration,
    generation: Arc<AtomicU64>,
}

impl Manager {
    fn new(config: &DatabaseConfig, service: ServiceName, generation: Arc<AtomicU64>) -> Result<Self, DbFault> {
        let timeout = Duration::from_millis(config.connect_timeout_ms.get());
        let mut postgres: tokio_postgres::Config = config
            .url
            .expose_secret()
            .parse()
            .map_err(|_| DbFault::Other("the database URL cannot be read".to_owned()))?;
        postgres
            .application_name(service.as_str())
            .connect_timeout(timeout)
            .keepalives_idle(DEAD_NETWORK)
            .tcp_user_timeout(DEAD_NETWORK);
        let setup = format!(
            "SET search_path = {}, public; SET statement_timeout = {}; SET lock_timeout = {}; \
             SET idle_in_transaction_session_timeout = {}",
            service.schema(),
            config.statement_timeout_ms,
            config.lock_timeout_ms,
            config.idle_in_transaction_timeout_ms,
        );
        Ok(Self { config: postgres, setup, timeout, generation })
    }

    async fn open(&self) -> Result<Conn, DbFault> {
        let (client, connection) = self.config.connect(NoTls).await.map_err(|error| {
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot connect to the database");
            DbFault::ConnectionLost
        })?;
        let made = Conn::try_from_client_and_connection(client, connection).await;
        let mut conn = made.map_err(|error| {
            tracing::warn!(%error, "cannot prepare a database connection");
            DbFault::ConnectionLost
        })?;
        conn.batch_execute(&self.setup).await.map_err(|error| classify(&error))?;
        require_english(&mut conn).await?;
        Ok(conn)
    }
}

/// Diesel drops the SQLSTATE of most errors, so that faults are told apart by their English text; see `classify.rs`.
async fn require_english(conn: &mut Conn) -> Result<(), DbFault> {
    use diesel_async::RunQueryDsl as _;

    #[derive(diesel::QueryableByName)]
    struct Setting {
        #[diesel(sql_type = diesel::sql_types::Text)]
        language: String,
    }
    let sql = "SELECT current_setting('lc_messages') AS language";
    let Setting { language } = diesel::sql_query(sql).get_result(conn).await.db()?;
    if ["", "C", "POSIX"].contains(&language.as_str()) || language.starts_with("C.") || language.starts_with("en") {
        return Ok(());
    }
    Err(DbFault::Other(format!(
        "lc_messages is {language}: run `ALTER ROLE … SET lc_messages = 'C'` for the service's role"
    )))
}

impl bb8::ManageConnection for Manager {
    type Connection = Session;
    type Error = DbFault;

    async fn connect(&self) -> Result<Session, DbFault> {
        let generation = self.generation.load(Ordering::Relaxed);
        let conn = timeout(self.timeout, self.open()).await.unwrap_or(Err(DbFault::ConnectionLost))?;
        Ok(Session { conn, generation })
    }

    async fn is_valid(&self, _session: &mut Session) -> Result<(), DbFault> {
        Ok(())
    }

    fn has_broken(&self, session: &mut Session) -> bool {
        session.generation != self.generation.load(Ordering::Relaxed) || session.conn.is_broken()
    }
}

#[derive(Debug, Clone)]
struct LogSink;

impl bb8::ErrorSink<DbFault> for LogSink {
    fn sink(&self, fault: DbFault) {
        tracing::warn!(%fault, "the pool cannot open a connection");
    }

    fn boxed_clone(&self) -> Box<dyn bb8::ErrorSink<DbFault>> {
        Box::new(self.clone())
    }
}
