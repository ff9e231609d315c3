//! The configuration of the service; `config.default.toml` explains every key.

use std::num::NonZeroU16;

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
    pub templates: TemplatesConfig,
}

/// The rules of templates.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplatesConfig {
    /// For how many days a deletion can be taken back.
    pub undelete_days: NonZeroU16,
}

/// The services that this one calls or watches.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peers {
    /// Who is a partner, and who may do what.
    pub org_finder: UpstreamSettings,
    /// Whose events say which partner a subscription belongs to.
    pub subscriptions: UpstreamSettings,
}

impl Check for Config {
    fn check(&self, faults: &mut Faults) {
        faults.nested("server", &self.server);
        faults.nested("paging", &self.paging);
    }
}
