//! The org-finder service: organizations, who they are, and who may do what for them. `README.md` says what it owns and promises.

mod api;
mod config;
mod error;
mod jobs;
mod model;
mod ops;
mod peers;
mod store;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use dialtone_client::{ServiceChannel, Upstream};
use dialtone_db::{Pager, Store, migrate};
use dialtone_events::{Feed, Retention};
use dialtone_ids::ServiceName;
use dialtone_operations::{Hook, Operations, Registry};
use dialtone_server::Server;
use dialtone_server::program::{Program, ProgramError};
use dialtone_telemetry::TelemetryConfig;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use config::Config;
pub use peers::Nameserver;
pub use store::MIGRATIONS;

use model::matching::Weights;
use peers::Dns;

/// Which service this is.
pub const SERVICE: ServiceName = ServiceName::OrgFinder;

/// What the ops work with; one per process.
pub struct App {
    store: Store,
    pager: Pager,
    weights: Weights,
    dns: Dns,
    /// The most domains that an organization may have.
    most_domains: i64,
    /// For how many days a deletion can be undone.
    undelete_days: i64,
    /// For how many days a request for full administration waits for its answer.
    request_days: i64,
    operations: Operations,
}

/// The program.
pub struct OrgFinder;

impl Program for OrgFinder {
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

/// Connects, starts the background loops, which end with `stopping`, and binds the address of `config`. The engine of operations
/// still finishes or hands back what is under way, which the second part awaits. Only tests give a `hook`.
pub async fn bind(
    config: Config,
    hook: Option<Hook>,
    stopping: &CancellationToken,
) -> Result<(Server, JoinHandle<()>), ProgramError> {
    let store = Store::connect(&config.database, SERVICE).await?;
    let app = Arc::new(App {
        operations: operations(&config, store.clone(), hook)?,
        store,
        pager: Pager::new(&config.paging.key),
        weights: config.matching,
        dns: Dns::new(&config.dns)?,
        undelete_days: i64::from(config.organizations.undelete_days),
        request_days: i64::from(config.access_requests.expire_days.get()),
        most_domains: i64::from(config.domains.most_per_organization),
    });
    let upstream = Upstream::connect("user-provisioning", &config.peers.user_provisioning)?;
    let people = peers::UserProvisioning::new(ServiceChannel::new(upstream, config.identity.signer(SERVICE)?));
    let upstream = Upstream::connect("subscriptions", &config.peers.subscriptions)?;
    let setups = peers::Subscriptions::new(ServiceChannel::new(upstream, config.identity.signer(SERVICE)?));
    let keep = Duration::from_secs(u64::from(config.events.keep_days.get()) * 24 * 3_600);
    let engine = jobs::start(&app, &people, &setups, Retention::new(keep), stopping);
    let feed = Feed::start(app.store.clone(), SERVICE, stopping.clone());
    let services = api::services(app, feed);
    Ok((Server::bind(SERVICE, config.server, config.identity.verifier()?, services).await?, engine))
}

fn operations(config: &Config, store: Store, hook: Option<Hook>) -> Result<Operations, ProgramError> {
    let merge = jobs::merge_organizations(config.merges.undo_days.get(), api::explain);
    let registry = Registry::new([merge.render(api::merge_organizations_response)])?;
    let settings = config.operations.clone();
    Ok(match hook {
        None => Operations::new(SERVICE, store, registry, settings),
        Some(hook) => Operations::with_hook(SERVICE, store, registry, settings, hook),
    })
}
