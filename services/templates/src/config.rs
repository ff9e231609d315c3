//! The configuration of the service; `config.default.toml` explains every key.

use dialtone_authz::IdentityConfig;
use dialtone_client::UpstreamSettings;
use dialtone_config::{Check, Faults};
use dialtone_db::{DatabaseConfig, MigrationConfig, PagingConfig};
use dialtone_server::ServeConfig;
use dialtone_telemetry::TelemetryConfig;
use serde::Deserialize;

/// Everything that can be configured.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: ServeConfig,
    pub database: DatabaseConfig,
    #[serde(default)]
    pub migration: MigrationConfig,
    pub identity: IdentityConfig,
    pub telemetry: TelemetryConfig,
    pub paging: PagingConfig,
    pub peers: Peers,
}

/// The services that this one calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peers {
    /// Who is a partner, and who may do what.
    pub org_finder: UpstreamSettings,
}

impl Check for Config {
    fn check(&self, faults: &mut Faults) {
        faults.nested("server", &self.server);
        faults.nested("paging", &self.paging);
    }
}
