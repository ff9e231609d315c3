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

use dialtone_authz::{CachedAccess, Guard, RemoteAccess};
use dialtone_client::{ServiceChannel, Upstream};
use dialtone_db::{Pager, Store, migrate};
use dialtone_events::Feed;
use dialtone_ids::ServiceName;
use dialtone_operations::Operations;
use dialtone_server::Services;
use dialtone_server::program::{Program, ProgramError};
use dialtone_telemetry::TelemetryConfig;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use tokio::task::JoinHandle;
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
    link_key: model::setup_link::LinkKey,
    link_life_hours: u32,
    sessions: model::session::SessionSigner,
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
        let (services, worker) = start(&config, &stopping).await?;
        let leaving = stopping.clone();
        let shutdown = async move {
            shutdown.await;
            leaving.cancel();
        };
        let verifier = config.identity.verifier()?;
        dialtone_server::serve(SERVICE, config.server, verifier, services, shutdown).await?;
        // The steps under way are finished or handed back.
        worker.await?;
        Ok(())
    }

    async fn migrate(config: Config) -> Result<Vec<String>, ProgramError> {
        let url = config.migration.url.ok_or("migration.url is not set: the URL of the role that owns the schema")?;
        let (events, operations) = (&dialtone_events::MIGRATIONS, &dialtone_operations::MIGRATIONS);
        Ok(migrate::run(&url, SERVICE, &[events, operations, &MIGRATIONS]).await?)
    }
}

/// Connects, and starts the loops and the operations' worker, which end with `stopping`. Answers what is to be served.
pub async fn start(config: &Config, stopping: &CancellationToken) -> Result<(Services, JoinHandle<()>), ProgramError> {
    let signer = config.identity.signer(SERVICE)?;
    let org_finder = ServiceChannel::new(Upstream::connect("org-finder", &config.peers.org_finder)?, signer.clone());
    let user_provisioning =
        ServiceChannel::new(Upstream::connect("user-provisioning", &config.peers.user_provisioning)?, signer);
    let guard = Guard::new(CachedAccess::new(RemoteAccess::new(org_finder.as_self()))).erased();
    let store = Store::connect(&config.database, SERVICE).await?;
    let org_finder = peers::OrgFinder::new(org_finder);
    let user_provisioning = peers::UserProvisioning::new(user_provisioning);
    let link_key = model::setup_link::LinkKey::new(&config.setup_links.key);
    let steps = jobs::Steps {
        send_mail: jobs::SendMail {
            store: store.clone(),
            mailer: connectors::Mailer::new(&config.mail)?,
            link_key: link_key.clone(),
        },
        link_partner: jobs::LinkPartner { org_finder: org_finder.clone() },
        create_headquarters: jobs::CreateHeadquarters { user_provisioning: user_provisioning.clone() },
    };
    let registry = jobs::registry(steps, api::setup_response())?;
    let session_life = Duration::from_secs(3600 * u64::from(config.setup_sessions.life_hours));
    let app = Arc::new(App {
        operations: Operations::new(SERVICE, store.clone(), registry, config.operations.clone()),
        pager: Pager::new(&config.paging.key),
        org_finder,
        user_provisioning,
        link_key,
        link_life_hours: config.setup_links.life_hours,
        sessions: model::session::SessionSigner::new(&config.setup_sessions.private_key, session_life)?,
        store: store.clone(),
    });
    let worker = jobs::start(&app, store.clone(), stopping);
    let feed = Feed::start(store, SERVICE, stopping.clone());
    Ok((api::services(app, guard, feed), worker))
}
