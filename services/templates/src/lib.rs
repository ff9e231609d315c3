//! The templates service: onboarding templates of partners, and the catalogue. `README.md` says what it owns and promises.

mod api;
mod command;
mod config;
mod error;
mod jobs;
mod model;
mod ops;
mod peers;
mod store;

use std::future::Future;
use std::sync::Arc;

use chrono::TimeDelta;
use dialtone_authz::{CachedAccess, GRANT_EVENTS, Guard, RemoteAccess};
use dialtone_client::{ServiceChannel, Upstream};
use dialtone_db::{Pager, Store, migrate};
use dialtone_events::Feed;
use dialtone_events::consumer::tail;
use dialtone_ids::ServiceName;
use dialtone_server::Server;
use dialtone_server::program::{Program, ProgramError};
use dialtone_telemetry::TelemetryConfig;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use tokio_util::sync::CancellationToken;

pub use command::{Command, load_catalogue};
pub use config::Config;

/// Which service this is.
pub const SERVICE: ServiceName = ServiceName::Templates;

/// The service's own tables; those of the shared crates come with [`apply_migrations`].
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// What the ops work with; one per process.
pub struct App {
    store: Store,
    pager: Pager,
    org_finder: peers::OrgFinder,
    /// How long the deletion of a template can be taken back.
    undelete_window: TimeDelta,
}

/// The program.
pub struct Templates;

impl Program for Templates {
    const SERVICE: ServiceName = SERVICE;
    const DEFAULTS: &'static str = include_str!("../config.default.toml");
    type Config = Config;

    fn telemetry(config: &Config) -> &TelemetryConfig {
        &config.telemetry
    }

    async fn serve(config: Config, shutdown: impl Future<Output = ()> + Send + 'static) -> Result<(), ProgramError> {
        let stopping = CancellationToken::new();
        let server = bind(config, &stopping).await?;
        let shutdown = async move {
            shutdown.await;
            stopping.cancel();
        };
        Ok(server.run_with_metrics(shutdown).await?)
    }

    async fn migrate(config: Config) -> Result<Vec<String>, ProgramError> {
        let url = config.migration.url.ok_or("migration.url is not set: the URL of the role that owns the schema")?;
        Ok(migrate::run(&url, SERVICE, &[&dialtone_events::MIGRATIONS, &MIGRATIONS]).await?)
    }
}

/// The service, bound to its address and not yet serving; its background loops run until `stopping`.
pub async fn bind(config: Config, stopping: &CancellationToken) -> Result<Server, ProgramError> {
    let upstream = Upstream::connect("org-finder", &config.peers.org_finder)?;
    let channel = ServiceChannel::new(upstream, config.identity.signer(SERVICE)?);
    let app = Arc::new(App {
        store: Store::connect(&config.database, SERVICE).await?,
        pager: Pager::new(&config.paging.key),
        org_finder: peers::OrgFinder::new(channel.clone()),
        undelete_window: TimeDelta::days(i64::from(config.templates.undelete_days.get())),
    });
    let access = Arc::new(CachedAccess::new(RemoteAccess::new(channel.as_self())));
    let guard = Guard::new(Arc::clone(&access)).erased();
    let grants = peers::OrgFinder::events(channel.clone());
    tokio::spawn(tail(grants, &GRANT_EVENTS, move || access.forget(), stopping.clone()));
    let feed = Feed::start(app.store.clone(), SERVICE, stopping.clone());
    let upstream = Upstream::connect("subscriptions", &config.peers.subscriptions)?;
    let source = peers::Subscriptions::new(ServiceChannel::new(upstream, config.identity.signer(SERVICE)?));
    jobs::start(&app, &source, stopping);
    let services = api::services(app, guard, feed);
    Ok(Server::bind(SERVICE, config.server, config.identity.verifier()?, services).await?)
}
