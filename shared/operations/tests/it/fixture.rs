//! A database of the test's own, engines on it, and callers who look.

use std::{
    num::{NonZeroU32, NonZeroU64},
    sync::{Arc, LazyLock},
    time::Duration,
};

use dialtone_authz::{AccessSource, Caller, Ctx, Guard, Role};
use dialtone_db::{Classify as _, Conn, DatabaseConfig, DbFault, Pager, Store, bootstrap, migrate};
use dialtone_ids::{OperationId, OperationName, OrganizationId, ServiceName};
use dialtone_operations::{
    Definition, Hook, NewOperation, OperationControlServer, Operations, OperationsConfig, OperationsServer, Registry,
};
use dialtone_proto::{
    google::longrunning::{
        CancelOperationRequest, GetOperationRequest, Operation, WaitOperationRequest,
        operations_server::Operations as _,
    },
    operations::v1::{
        OperationMetadata, OperationState, RetryOperationRequest,
        operation_control_service_server::OperationControlService as _,
    },
};
use dialtone_status::{Fault, Status};
use dialtone_testkit::{Database, Template, eventually, fresh, log_guard, logs::LogGuard};
use diesel::{QueryableByName, sql_types::Text};
use diesel_async::RunQueryDsl as _;
use futures::future::BoxFuture;
use prost::Message as _;
use serde_json::{Value, json};
use tokio::{task::JoinHandle, time::Instant};
use tokio_util::sync::CancellationToken;
use tonic::Request;

const SERVICE: ServiceName = ServiceName::Templates;
/// Far more than anything here takes, on however slow a machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

static TEMPLATE: LazyLock<Template> = LazyLock::new(|| {
    let contents =
        (include_str!("../../migrations/00000000000030_operations/up.sql"), EFFECTS, env!("CARGO_PKG_VERSION"));
    Template::new("operations", contents, |url| Box::pin(async move { build(&url).await }))
});

/// What the steps of the tests write. Nothing here keeps them from writing twice: the engine must.
const EFFECTS: &str = "CREATE TABLE templates.test_effects (operation uuid, tenant uuid, step text, unit bigint);
    ALTER TABLE templates.test_effects OWNER TO templates_owner;
    GRANT SELECT, INSERT, UPDATE, DELETE ON templates.test_effects TO templates_app;";

async fn build(url: &str) {
    let (_, database) = url.rsplit_once('/').expect("a URL names a database");
    bootstrap::run(url, database, SERVICE, "owner", "app").await.expect("bootstrap");
    let owner = secrecy::SecretString::from(url.replace("postgres@", "templates_owner@"));
    migrate::run(&owner, SERVICE, &[&dialtone_events::MIGRATIONS, &dialtone_operations::MIGRATIONS])
        .await
        .expect("migrations");
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("a superuser");
    let connection = tokio::spawn(connection);
    client.batch_execute(EFFECTS).await.expect("the tests' own table");
    drop(client);
    connection.await.expect("not cancelled").expect("closed in order");
}

/// A database and one service on it.
pub struct Fixture {
    pub database: Database,
    pub store: Store,
    pub organization: OrganizationId,
    _log: LogGuard,
}

impl Fixture {
    pub async fn new() -> Self {
        let log = log_guard();
        let database = fresh(&TEMPLATE).await;
        let store = store(&database).await;
        Self { database, store, organization: OrganizationId::new(), _log: log }
    }

    /// Operations with these definitions, not running yet.
    pub fn operations(&self, definitions: impl IntoIterator<Item = Definition>) -> Operations {
        self.configured(definitions, config())
    }

    /// The same, configured otherwise.
    pub fn configured(
        &self,
        definitions: impl IntoIterator<Item = Definition>,
        config: OperationsConfig,
    ) -> Operations {
        Operations::new(SERVICE, self.store.clone(), registry(definitions), config)
    }

    /// The same, with a hook.
    pub fn hooked(
        &self,
        definitions: impl IntoIterator<Item = Definition>,
        config: OperationsConfig,
        hook: Hook,
    ) -> Operations {
        Operations::with_hook(SERVICE, self.store.clone(), registry(definitions), config, hook)
    }

    /// Starts an operation of this kind, as a request would.
    pub async fn start(&self, operations: &Operations, kind: &'static str) -> OperationName {
        self.start_with(operations, kind, json!({})).await
    }

    pub async fn start_with(&self, operations: &Operations, kind: &'static str, input: Value) -> OperationName {
        let new = NewOperation {
            kind,
            organization: self.organization,
            target: self.organization.to_string(),
            input,
            units_total: 0,
            parent: None,
        };
        let ctx = self.ctx("/dialtone.operations.v1.OperationControlService/RetryOperation");
        let started = self.store.tx("start", &ctx, async |c: &mut Conn| operations.start(c, &ctx, new.clone()).await);
        let name = started.await.expect("started").name;
        operations.wake();
        name
    }

    /// A request of the provider's staff for this method.
    pub fn ctx(&self, path: &str) -> Ctx {
        ctx_of(Caller::platform("staff"), path).everywhere()
    }

    /// The rows that the steps of an operation wrote, as `step/unit`, sorted, twice if written twice.
    pub async fn rows(&self, id: OperationId) -> Vec<String> {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = Text)]
            effect: String,
        }
        let ctx = Ctx::job(SERVICE, "test");
        let read = self.store.read("effects", &ctx, async |c: &mut Conn| -> Result<Vec<Row>, DbFault> {
            diesel::sql_query("SELECT step || '/' || unit AS effect FROM test_effects WHERE operation = $1 ORDER BY 1")
                .bind::<diesel::sql_types::Uuid, _>(id.uuid())
                .load(c)
                .await
                .db()
        });
        read.await.expect("readable").into_iter().map(|row| row.effect).collect()
    }

    /// Runs a statement as the service's own role.
    pub async fn sql(&self, sql: &str) -> usize {
        let ctx = Ctx::job(SERVICE, "test");
        let done = self.store.tx("test_sql", &ctx, async |c: &mut Conn| diesel::sql_query(sql).execute(c).await.db());
        done.await.expect("the statement runs")
    }

    /// One number that a query answers.
    pub async fn number(&self, sql: &str) -> i64 {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            n: i64,
        }
        let ctx = Ctx::job(SERVICE, "test");
        let read = self.store.read("test_number", &ctx, async |c: &mut Conn| -> Result<Row, DbFault> {
            diesel::sql_query(sql).get_result(c).await.db()
        });
        read.await.expect("the query runs").n
    }
}

async fn store(database: &Database) -> Store {
    let mut config = DatabaseConfig::new(database.url_as("templates_app").into());
    config.pool_size = NonZeroU32::new(8).expect("not zero");
    config.pool_wait_ms = NonZeroU64::new(20_000).expect("not zero");
    Store::connect(&config, SERVICE).await.expect("the database answers")
}

fn registry(definitions: impl IntoIterator<Item = Definition>) -> Registry {
    Registry::new(definitions).expect("sound definitions")
}

/// Everything often, and a lease that no machine is too slow for: where nobody dies, nothing happens twice.
pub fn config() -> OperationsConfig {
    leased_for(60_000)
}

/// A lease that a test can wait for, where somebody dies.
pub fn mortal() -> OperationsConfig {
    leased_for(1_500)
}

/// A lease of so many milliseconds.
pub fn leased_for(ms: u64) -> OperationsConfig {
    let of = |n| NonZeroU64::new(n).expect("not zero");
    OperationsConfig {
        lease_ms: of(ms),
        poll_ms: of(20),
        // Never: a parent is woken by the end of its last child, in the same transaction.
        children_poll_ms: of(3_600_000),
        wait_poll_ms: of(20),
        drain_ms: of(5_000),
        ..OperationsConfig::default()
    }
}

/// An engine that runs until it is stopped, or dropped.
pub struct Running {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Running {
    pub fn new(operations: &Operations) -> Self {
        let stop = CancellationToken::new();
        let (operations, token) = (operations.clone(), stop.clone());
        Self { stop, task: tokio::spawn(async move { operations.run(token).await }) }
    }

    /// Stops it and waits until it has handed everything back.
    pub async fn stop(self) {
        self.stop.cancel();
        self.task.await.expect("an engine stops without panic");
    }
}

/// A context as the stack would make it; sees nothing yet.
pub fn ctx_of(caller: Caller, path: &str) -> Ctx {
    let method = dialtone_proto::method(path).expect("a method of the suite");
    Ctx::new(caller, method, "test-request", Instant::now() + PATIENCE, dialtone_status::Locale::default())
}

/// One person with one role on one organization.
pub struct OneGrant {
    pub subject: &'static str,
    pub organization: OrganizationId,
    pub role: Role,
}

impl AccessSource for OneGrant {
    fn role<'a>(
        &'a self,
        subject: &'a str,
        organization: OrganizationId,
    ) -> BoxFuture<'a, Result<Option<Role>, Fault>> {
        let granted = subject == self.subject && organization == self.organization;
        Box::pin(async move { Ok(granted.then_some(self.role)) })
    }

    fn organizations<'a>(&'a self, subject: &'a str) -> BoxFuture<'a, Result<Vec<(OrganizationId, Role)>, Fault>> {
        let own = if subject == self.subject { vec![(self.organization, self.role)] } else { Vec::new() };
        Box::pin(async move { Ok(own) })
    }
}

/// The gRPC servers of some operations, called without a wire.
pub struct Face {
    pub operations: OperationsServer,
    pub control: OperationControlServer,
}

impl Face {
    pub fn new(operations: &Operations, guard: Guard) -> Self {
        let pager = Pager::new(&"test".to_owned().into());
        Self {
            operations: OperationsServer::new(operations, guard.clone(), pager),
            control: OperationControlServer::new(operations, guard),
        }
    }

    /// For the provider's staff, who need no grants.
    pub fn staff(operations: &Operations) -> Self {
        let nobody = OneGrant { subject: "", organization: OrganizationId::new(), role: Role::ReadOnly };
        Self::new(operations, Guard::new(nobody).erased())
    }

    pub async fn get(&self, name: OperationName) -> Operation {
        self.try_get(name).await.expect("it exists")
    }

    pub async fn try_get(&self, name: OperationName) -> Result<Operation, Status> {
        let request = GetOperationRequest { name: name.to_string() };
        Ok(self.operations.get_operation(staff(request, "GetOperation")).await?.into_inner())
    }

    pub async fn metadata(&self, name: OperationName) -> OperationMetadata {
        metadata(&self.get(name).await)
    }

    /// Waits for the end.
    pub async fn done(&self, name: OperationName) -> (Operation, OperationMetadata) {
        let timeout = prost_types::Duration::try_from(PATIENCE).ok();
        let request = WaitOperationRequest { name: name.to_string(), timeout };
        let waited = self.operations.wait_operation(staff(request, "WaitOperation")).await;
        let operation = waited.expect("it exists").into_inner();
        let metadata = metadata(&operation);
        assert!(operation.done, "still {:?}: {metadata:?}", metadata.state());
        (operation, metadata)
    }

    /// Waits until it is in this state.
    pub async fn until(&self, name: OperationName, state: OperationState) -> OperationMetadata {
        eventually(state.as_str_name(), PATIENCE, async || {
            let metadata = self.metadata(name).await;
            (metadata.state() == state).then_some(metadata)
        })
        .await
    }

    pub async fn cancel(&self, name: OperationName) {
        let request = CancelOperationRequest { name: name.to_string() };
        self.operations.cancel_operation(staff(request, "CancelOperation")).await.expect("cancelled");
    }

    pub async fn retry(&self, name: OperationName, input: Value) -> Result<Operation, Status> {
        let request = RetryOperationRequest {
            name: name.to_string(),
            input: Some(dialtone_proto::json::to_struct(input)),
            ..RetryOperationRequest::default()
        };
        let mut request = Request::new(request);
        request.extensions_mut().insert(ctx_of(Caller::platform("staff"), RETRY));
        Ok(self.control.retry_operation(request).await?.into_inner())
    }
}

pub const RETRY: &str = "/dialtone.operations.v1.OperationControlService/RetryOperation";

/// A request of the provider's staff.
fn staff<T>(message: T, method: &str) -> Request<T> {
    call(message, Caller::platform("staff"), method)
}

/// A request of this caller, as it comes out of the stack.
pub fn call<T>(message: T, caller: Caller, method: &str) -> Request<T> {
    let mut request = Request::new(message);
    request.extensions_mut().insert(ctx_of(caller, &format!("/google.longrunning.Operations/{method}")));
    request
}

pub fn metadata(operation: &Operation) -> OperationMetadata {
    let any = operation.metadata.as_ref().expect("every operation has metadata");
    assert_eq!(any.type_url, "type.googleapis.com/dialtone.operations.v1.OperationMetadata");
    OperationMetadata::decode(any.value.as_slice()).expect("well-formed")
}

/// A hook from a plain function.
pub fn hook(
    f: impl Fn(dialtone_operations::Point, Option<(OperationId, usize)>) -> dialtone_operations::Verdict
    + Send
    + Sync
    + 'static,
) -> Hook {
    Arc::new(move |point, whom| {
        let verdict = f(point, whom);
        Box::pin(async move { verdict })
    })
}
