//! The database of a service: its schema, its two roles, its migrations, exactly as an installation has them.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use dialtone_db::{DatabaseConfig, Store, bootstrap, migrate};
use dialtone_ids::ServiceName;
use diesel::migration::MigrationSource;
use diesel::pg::Pg;
use futures::FutureExt;

use super::{Database, Template};

/// Migrations embedded in a crate, e.g. `&dialtone_events::MIGRATIONS`.
pub type Source = &'static (dyn MigrationSource<Pg> + Sync);

/// The tests' server trusts everyone; the roles need one all the same.
const PASSWORD: &str = "test";

impl Template {
    /// The schema of `service` with the migrations of `sources` and of the database crate.
    ///
    /// It is built anew when any migration of the workspace changes.
    pub fn of_service(service: ServiceName, sources: Vec<Source>) -> Template {
        // One family per set of migrations: test binaries with different sets must not replace each other's template.
        let name = format!("{}_{:08x}", service.schema(), hash_of_names(&sources));
        Template::new(&name, all_migrations(), move |url| {
            let sources = sources.clone();
            async move {
                prepare(&url, service).await;
                migrate_on_a_runtime_of_its_own(url, service, sources).await;
            }
            .boxed()
        })
        // What belongs to the database itself is not cloned: who may connect, and settings of roles in it.
        .on_each_clone(move |url| async move { prepare(&url, service).await }.boxed())
    }
}

impl Database {
    /// URL of the role that migrates.
    pub fn owner_url(&self, service: ServiceName) -> String {
        self.url_as(&format!("{}_owner", service.schema()))
    }

    /// URL of the role that serves.
    pub fn app_url(&self, service: ServiceName) -> String {
        self.url_as(&format!("{}_app", service.schema()))
    }

    /// What the service is configured with, all defaults.
    pub fn config(&self, service: ServiceName) -> DatabaseConfig {
        DatabaseConfig::new(self.app_url(service).into())
    }

    /// The service's store, as its own role.
    ///
    /// # Panics
    /// When the database was not made by [`Template::of_service`] of this service.
    pub async fn store(&self, service: ServiceName) -> Store {
        let store = Store::connect(&self.config(service), service).await;
        store.expect("the template has the service's role and schema")
    }
}

async fn prepare(url: &str, service: ServiceName) {
    let database = url.rsplit('/').next().and_then(|rest| rest.split('?').next()).unwrap_or_default();
    let done = bootstrap::run(url, database, service, PASSWORD, PASSWORD).await;
    done.unwrap_or_else(|error| panic!("preparing {service} in {database}: {error}"));
}

/// The migrator blocks the thread it runs on, which the runtime of a test may not be able to spare.
async fn migrate_on_a_runtime_of_its_own(url: String, service: ServiceName, sources: Vec<Source>) {
    let owner = super::with_user(&url, &format!("{}_owner", service.schema()));
    let run = move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime needs nothing special");
        runtime.block_on(migrate::run(&owner.into(), service, &sources))
    };
    let done = tokio::task::spawn_blocking(run).await.expect("migrating does not panic");
    done.unwrap_or_else(|error| panic!("migrating {service}: {error}"));
}

fn hash_of_names(sources: &[Source]) -> u32 {
    let mut hasher = DefaultHasher::new();
    for source in sources {
        for migration in source.migrations().expect("embedded migrations can be listed") {
            migration.name().to_string().hash(&mut hasher);
        }
    }
    hasher.finish() as u32
}

/// The text of every migration of the workspace, in the order of their paths.
fn all_migrations() -> Vec<(PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let crates = ["shared", "services"].into_iter().flat_map(|dir| folders(&root.join(dir)));
    let migrations = crates.flat_map(|dir| folders(&dir.join("migrations")));
    let mut texts: Vec<_> = migrations.flat_map(|dir| files(&dir)).collect();
    texts.sort();
    texts
}

fn folders(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn files(dir: &Path) -> Vec<(PathBuf, String)> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries.filter_map(|entry| Some((entry.path(), std::fs::read_to_string(entry.path()).ok()?))).collect()
}
