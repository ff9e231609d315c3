//! The subscriptions service: orders, welcome mails, mapping and set-up. `README.md` says what it owns and promises.

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
use std::time::Duration;

use dialtone_authz::{CachedAccess, GRANT_EVENTS, Guard, RemoteAccess};
use dialtone_client::{ServiceChannel, Upstream};
use dialtone_db::{Pager, Store, migrate};
use dialtone_events::Feed;
use dialtone_events::consumer::tail;
use dialtone_ids::ServiceName;
use dialtone_operations::{Hook, Operations};
use dialtone_server::Server;
use dialtone_server::program::{Program, ProgramError};
use dialtone_telemetry::TelemetryConfig;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use model::session::SessionSigner;
use model::setup_link::LinkKey;
use tokio_util::sync::CancellationToken;

pub use config::Config;

/// Which service this is.
pub const SERVICE: ServiceName = ServiceName::Subscriptions;

/// The service's own tables; those of the shared crates come with `migrate`.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// What the ops work with; one per process.
pub struct App {
    store: Store,
    pager: Pager,
    operations: Operations,
    org_finder: peers::OrgFinder,
    user_provisioning: peers::UserProvisioning,
    link_key: LinkKey,
    link_life_hours: u32,
    sessions: SessionSigner,
}

/// The program.
pub struct Subscriptions;

impl Program for Subscriptions {
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
    let locations = Upstream::connect("user-provisioning", &config.peers.user_provisioning)?;
    let access = Arc::new(CachedAccess::new(RemoteAccess::new(org_finder.as_self())));
    let guard = Guard::new(Arc::clone(&access)).erased();
    let grants = peers::OrgFinder::events(org_finder.clone());
    tokio::spawn(tail(grants, &GRANT_EVENTS, move || access.forget(), stopping.clone()));
    let store = Store::connect(&config.database, SERVICE).await?;
    let org_finder = peers::OrgFinder::new(org_finder);
    let user_provisioning = peers::UserProvisioning::new(ServiceChannel::new(locations, signer));
    let link_key = LinkKey::new(&config.setup_links.key);
    let mailer = connectors::Mailer::new(&config.mail)?;
    let steps = jobs::Steps {
        send_mail: jobs::SendMail { store: store.clone(), mailer, link_key: link_key.clone() },
        link_partner: jobs::LinkPartner { org_finder: org_finder.clone() },
        create_headquarters: jobs::CreateHeadquarters { user_provisioning: user_provisioning.clone() },
    };
    let app = Arc::new(App {
        operations: operations(&config, store.clone(), steps, hook)?,
        pager: Pager::new(&config.paging.key),
        org_finder,
        user_provisioning,
        link_key,
        link_life_hours: config.setup_links.life_hours,
        sessions: sessions(&config)?,
        store,
    });
    let feed = Feed::start(app.store.clone(), SERVICE, stopping.clone());
    let engine = jobs::start(&app, stopping);
    let services = api::services(app, guard, feed);
    Ok((Server::bind(SERVICE, config.server, config.identity.verifier()?, services).await?, engine))
}

fn operations(
    config: &Config,
    store: Store,
    steps: jobs::Steps,
    hook: Option<Hook>,
) -> Result<Operations, ProgramError> {
    let registry = jobs::registry(steps, api::setup_response())?;
    let settings = config.operations.clone();
    Ok(match hook {
        None => Operations::new(SERVICE, store, registry, settings),
        Some(hook) => Operations::with_hook(SERVICE, store, registry, settings, hook),
    })
}

fn sessions(config: &Config) -> Result<SessionSigner, ProgramError> {
    let life = Duration::from_secs(3600 * u64::from(config.setup_sessions.life_hours));
    Ok(SessionSigner::new(&config.setup_sessions.private_key, life)?)
}
