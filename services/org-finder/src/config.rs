//! The configuration of the service; `config.default.toml` explains every key.

use std::num::NonZeroU16;

use dialtone_authz::IdentityConfig;
use dialtone_client::UpstreamSettings;
use dialtone_config::{Check, Faults};
use dialtone_db::{DatabaseConfig, MigrationConfig, PagingConfig};
use dialtone_operations::OperationsConfig;
use dialtone_server::ServeConfig;
use dialtone_telemetry::TelemetryConfig;
use serde::Deserialize;

use crate::model::matching::Weights;
use crate::peers::DnsConfig;

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
    pub events: Events,
    pub matching: Weights,
    /// How operations are worked on.
    #[serde(default)]
    pub operations: OperationsConfig,
    pub merges: Merges,
    pub access_requests: AccessRequests,
    pub organizations: Organizations,
    pub domains: Domains,
    pub dns: DnsConfig,
}

/// How organizations end.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organizations {
    /// For how many days a deletion can be undone.
    pub undelete_days: u16,
}

/// What organizations may have.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Domains {
    /// The most domains that one organization may add to.
    pub most_per_organization: u32,
}

/// The services that this one watches.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peers {
    /// Whose events feed the directory of people.
    pub user_provisioning: UpstreamSettings,
    /// Whose events say which set-ups are complete.
    pub subscriptions: UpstreamSettings,
}

/// Requests of partners for full administration.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessRequests {
    /// For how many days they wait for an answer.
    pub expire_days: NonZeroU16,
}

/// Merges of organizations.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Merges {
    /// For how many days a merge can be undone.
    pub undo_days: NonZeroU16,
}

/// The events of this service.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// For how many days they are kept.
    pub keep_days: NonZeroU16,
}

impl Check for Config {
    fn check(&self, faults: &mut Faults) {
        faults.nested("server", &self.server);
        faults.nested("paging", &self.paging);
        faults.nested("matching", &self.matching);
        faults.within("organizations.undelete_days", self.organizations.undelete_days, 1..=3_650);
        faults.within("access_requests.expire_days", self.access_requests.expire_days.get(), 1..=365);
        faults.within("domains.most_per_organization", self.domains.most_per_organization, 1..=10_000);
        faults.within("dns.timeout_ms", self.dns.timeout_ms, 100..=12_000);
    }
}

impl Check for Weights {
    fn check(&self, faults: &mut Faults) {
        for (key, weight) in [
            ("exact_contact", self.exact_contact),
            ("claimed_domain", self.claimed_domain),
            ("verified_domain", self.verified_domain),
            ("unverified_domain", self.unverified_domain),
            ("users_on_domain", self.users_on_domain),
            ("name_similarity", self.name_similarity),
            ("recent_activity", self.recent_activity),
        ] {
            faults.within(key, weight, 0.0..=1000.0);
        }
    }
}
