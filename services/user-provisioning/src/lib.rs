//! user-provisioning: locations and people of customers, and the outside systems where people are provisioned. `README.md` says
//! what it owns and promises.

mod api;
mod config;
mod connectors;
mod error;
mod jobs;
mod model;
mod ops;
mod peers;
mod store;

use std::future::Future;
use std::sync::Arc;

use dialtone_authz::{CachedAccess, GRANT_EVENTS, Guard, RemoteAccess};
use dialtone_client::{ServiceChannel, Upstream};
use dialtone_db::{DatabaseConfig, Pager, Store, migrate};
use dialtone_events::Feed;
use dialtone_events::consumer::tail;
use dialtone_ids::ServiceName;
use dialtone_operations::{Hook, Operations, Registry};
use dialtone_server::Server;
use dialtone_server::program::{Program, ProgramError};
use dialtone_telemetry::TelemetryConfig;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use tokio_util::sync::CancellationToken;

pub use config::{Config, ConnectorsConfig, Peers, SimulatorConfig};
pub use error::reasons;

/// Which service this is.
pub const SERVICE: ServiceName = ServiceName::UserProvisioning;

/// The service's own tables; those of the shared crates come beside them.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// What the ops work with; one per process.
pub struct App {
    store: Store,
    /// The simulators' own ledger: the same server, but never the same transaction.
    ledger: Store,
    pager: Pager,
    operations: Operations,
    org_finder: peers::OrgFinder,
    templates: peers::Templates,
}

/// The program.
pub struct UserProvisioning;

impl Program for UserProvisioning {
    const SERVICE: ServiceName = SERVICE;
    const DEFAULTS: &'static str = include_str!("../config.default.toml");
    type Config = Config;

    fn telemetry(config: &Config) -> &TelemetryConfig {
        &config.telemetry
    }

    async fn serve(config: Config, shutdown: impl Future<Output = ()> + Send + 'static) -> Result<(), ProgramError> {
        let stopping = CancellationToken::new();
        let (server, engine) = bind(config, None, &stopping).await?;
        let shutdown = async move {
            shutdown.await;
            stopping.cancel();
        };
        server.run_with_metrics(shutdown).await?;
        Ok(engine.await?)
    }

    async fn migrate(config: Config) -> Result<Vec<String>, ProgramError> {
        let url = config.migration.url.ok_or("migration.url is not set: the URL of the role that owns the schema")?;
        let sources = [&dialtone_events::MIGRATIONS, &dialtone_operations::MIGRATIONS, &MIGRATIONS];
        Ok(migrate::run(&url, SERVICE, &sources.map(|source| source as _)).await?)
    }
}

/// The service, bound to its address and not yet serving. Its background loops run until `stopping`; the engine of its operations
/// then still finishes or hands back what is under way, which the second part awaits. Only tests give a `hook`.
pub async fn bind(
    config: Config,
    hook: Option<Hook>,
    stopping: &CancellationToken,
) -> Result<(Server, tokio::task::JoinHandle<()>), ProgramError> {
    let signer = config.identity.signer(SERVICE)?;
    let org_finder = ServiceChannel::new(Upstream::connect("org-finder", &config.peers.org_finder)?, signer.clone());
    let templates = ServiceChannel::new(Upstream::connect("templates", &config.peers.templates)?, signer);
    let store = Store::connect(&config.database, SERVICE).await?;
    let ledger = Store::connect(&ledger_config(&config), SERVICE).await?;
    let provisioner = provisioner(&config, &store, &ledger);
    let app = Arc::new(App {
        operations: operations(&config, store.clone(), provisioner, hook)?,
        store,
        ledger,
        pager: Pager::new(&config.paging.key),
        org_finder: peers::OrgFinder::new(org_finder.clone()),
        templates: peers::Templates::new(templates),
    });
    let access = Arc::new(CachedAccess::new(RemoteAccess::new(org_finder.as_self())));
    let guard = Guard::new(Arc::clone(&access)).erased();
    let grants = peers::OrgFinder::events(org_finder.clone());
    tokio::spawn(tail(grants, &GRANT_EVENTS, move || access.forget(), stopping.clone()));
    let feed = Feed::start(app.store.clone(), SERVICE, stopping.clone());
    let engine = jobs::start(&app, stopping);
    let services = api::services(app, guard, feed);
    Ok((Server::bind(SERVICE, config.server, config.identity.verifier()?, services).await?, engine))
}

fn operations(
    config: &Config,
    store: Store,
    provisioner: ops::Provisioner,
    hook: Option<Hook>,
) -> Result<Operations, ProgramError> {
    let definition = jobs::batch_create_users(provisioner).render(api::batch_create_users_response);
    let (registry, settings) = (Registry::new([definition])?, config.operations.clone());
    Ok(match hook {
        None => Operations::new(SERVICE, store, registry, settings),
        Some(hook) => Operations::with_hook(SERVICE, store, registry, settings, hook),
    })
}

fn provisioner(config: &Config, store: &Store, ledger: &Store) -> ops::Provisioner {
    let ledger = Arc::new(ops::simulator_ledger::SimulatorLedger::new(ledger.clone()));
    let connectors = Arc::new(connectors::Connectors::new(config.connectors.clone(), ledger));
    ops::Provisioner { store: store.clone(), connectors }
}

/// The simulators' ledger is reached as our tables are, on connections of its own.
fn ledger_config(config: &Config) -> DatabaseConfig {
    DatabaseConfig { pool_size: config.connectors.simulator.pool_size, ..config.database.clone() }
}
