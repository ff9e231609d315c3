//! Migrations: embedded, composed from several crates, applied once however many replicas start together.
//!
//! Runs as the migration owner on a connection of its own, which holds one advisory lock for the whole run. `serve` never calls it.

use std::collections::BTreeMap;

use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::pg::Pg;
use diesel_async::{AsyncConnection as _, AsyncMigrationHarness, RunQueryDsl as _, SimpleAsyncConnection as _};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness as _, embed_migrations};
use secrecy::{ExposeSecret as _, SecretString};

use dialtone_ids::ServiceName;

use crate::Conn;

/// The tables of this crate: idempotency keys and history.
pub const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why migrations were not applied.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// Two migrations have the same version; Diesel would take the second as applied.
    #[error("two migrations have the version of {0}")]
    Duplicate(String),
    /// The server could not be reached.
    #[error("cannot connect: {0}")]
    Connect(String),
    /// A migration, or what is around it, failed. The failed one is rolled back; those before it stay applied.
    #[error("migrating: {0}")]
    Failed(String),
}

/// Applies every pending migration of this crate and of `sources` in the order of their versions; the versions that were applied.
/// Needs a multi-threaded runtime.
///
/// # Errors
/// See [`MigrateError`].
pub async fn run(
    owner_url: &SecretString,
    service: ServiceName,
    sources: &[&(dyn MigrationSource<Pg> + Sync)],
) -> Result<Vec<String>, MigrateError> {
    let merged = Merged::new(sources)?;
    let mut harness = locked(owner_url, service).await?;
    let applied = harness.run_pending_migrations(merged).map_err(|error| failed(&error))?;
    let applied = applied.iter().map(ToString::to_string).collect();
    protect_versions(harness.into_inner()).await?;
    Ok(applied)
}

/// Reverts every migration, newest first. For tests: proves that each `down.sql` undoes its `up.sql`.
///
/// # Errors
/// See [`MigrateError`].
pub async fn revert_all(
    owner_url: &SecretString,
    service: ServiceName,
    sources: &[&(dyn MigrationSource<Pg> + Sync)],
) -> Result<usize, MigrateError> {
    let merged = Merged::new(sources)?;
    let mut harness = locked(owner_url, service).await?;
    let reverted = harness.revert_all_migrations(merged).map_err(|error| failed(&error))?;
    Ok(reverted.len())
}

/// A connection that holds the service's migration lock until it is closed.
async fn locked(owner_url: &SecretString, service: ServiceName) -> Result<AsyncMigrationHarness<Conn>, MigrateError> {
    let mut conn =
        Conn::establish(owner_url.expose_secret()).await.map_err(|e| MigrateError::Connect(e.to_string()))?;
    let schema = service.schema();
    // The lock of the run may be waited for long: another replica migrates. A lock on a table may not, because every request
    // to that table would queue behind it.
    let sql = format!("SET search_path = {schema}, public; SET statement_timeout = 0; SET lock_timeout = 0");
    conn.batch_execute(&sql).await.map_err(|e| MigrateError::Failed(e.to_string()))?;
    diesel::sql_query("SELECT pg_advisory_lock(hashtextextended($1, 0))")
        .bind::<diesel::sql_types::Text, _>(format!("migrate:{schema}"))
        .execute(&mut conn)
        .await
        .map_err(|e| MigrateError::Failed(e.to_string()))?;
    conn.batch_execute("SET lock_timeout = '5s'").await.map_err(|e| MigrateError::Failed(e.to_string()))?;
    Ok(AsyncMigrationHarness::new(conn))
}

/// The run-time role may see which migrations were applied, and not claim others.
async fn protect_versions(mut conn: Conn) -> Result<(), MigrateError> {
    let sql = "DO $$ DECLARE app text := current_schema() || '_app'; BEGIN \
                 IF EXISTS (SELECT FROM pg_roles WHERE rolname = app) THEN \
                   EXECUTE format('REVOKE INSERT, UPDATE, DELETE ON __diesel_schema_migrations FROM %I', app); \
                 END IF; END $$";
    conn.batch_execute(sql).await.map_err(|e| MigrateError::Failed(e.to_string()))
}

fn failed(error: &BoxError) -> MigrateError {
    MigrateError::Failed(error.to_string())
}

/// Several sources as one, without two of the same version.
struct Merged<'a> {
    sources: Vec<&'a (dyn MigrationSource<Pg> + Sync)>,
}

impl<'a> Merged<'a> {
    fn new(sources: &[&'a (dyn MigrationSource<Pg> + Sync)]) -> Result<Self, MigrateError> {
        let mut all: Vec<&'a (dyn MigrationSource<Pg> + Sync)> = vec![&MIGRATIONS];
        all.extend_from_slice(sources);
        let merged = Self { sources: all };
        merged.by_version()?;
        Ok(merged)
    }

    fn by_version(&self) -> Result<BTreeMap<MigrationVersion<'static>, Box<dyn Migration<Pg>>>, MigrateError> {
        let mut found = BTreeMap::new();
        for source in &self.sources {
            for migration in source.migrations().map_err(|error| failed(&error))? {
                let name = migration.name().to_string();
                if found.insert(migration.name().version().as_owned(), migration).is_some() {
                    return Err(MigrateError::Duplicate(name));
                }
            }
        }
        Ok(found)
    }
}

impl MigrationSource<Pg> for Merged<'_> {
    fn migrations(&self) -> diesel::migration::Result<Vec<Box<dyn Migration<Pg>>>> {
        Ok(self.by_version()?.into_values().collect())
    }
}
