//! The configuration of the service; `config.default.toml` explains every key.

use dialtone_authz::IdentityConfig;
use dialtone_client::UpstreamSettings;
use dialtone_config::{Check, Faults};
use dialtone_db::{DatabaseConfig, MigrationConfig, PagingConfig};
use dialtone_operations::OperationsConfig;
use dialtone_server::ServeConfig;
use dialtone_telemetry::TelemetryConfig;
use serde::Deserialize;

pub use crate::connectors::{ConnectorsConfig, SimulatorConfig};

/// Everything that can be configured.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How it listens.
    pub server: ServeConfig,
    /// Its database.
    pub database: DatabaseConfig,
    /// The database as the schema's owner; only `migrate` needs it.
    #[serde(default)]
    pub migration: MigrationConfig,
    /// Who it is and whom it believes.
    pub identity: IdentityConfig,
    /// Logs.
    #[serde(default)]
    pub telemetry: TelemetryConfig,
    /// The secret of page tokens.
    pub paging: PagingConfig,
    /// The services that it calls.
    pub peers: Peers,
    /// How operations are worked on.
    #[serde(default)]
    pub operations: OperationsConfig,
    /// How targets are called.
    #[serde(default)]
    pub connectors: ConnectorsConfig,
}

/// The services that this one calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peers {
    /// Who may do what, and who provisions for whom.
    pub org_finder: UpstreamSettings,
    /// The catalogue of packages.
    pub templates: UpstreamSettings,
}

impl Check for Config {
    fn check(&self, faults: &mut Faults) {
        faults.nested("server", &self.server);
        faults.nested("paging", &self.paging);
        faults.nested("connectors", &self.connectors);
    }
}

impl Check for ConnectorsConfig {
    fn check(&self, faults: &mut Faults) {
        faults.within("timeout_ms", self.timeout_ms.get(), 1..=300_000);
        faults.within("concurrency", self.concurrency.get(), 1..=1_000);
        faults.within("chunk", self.chunk.get(), 1..=1_000);
        faults.within("simulator.pool_size", self.simulator.pool_size.get(), 1..=1_000);
        if self.open_max_ms < self.open_ms {
            faults.refuse("open_max_ms", "must not be below open_ms");
        }
    }
}
