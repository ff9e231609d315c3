//! The configuration of the gateway. `config.default.toml` explains every key; durations are in milliseconds.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use dialtone_authz::IdentityConfig;
use dialtone_client::UpstreamSettings;
use dialtone_config::{Check, Faults};
use dialtone_ids::ServiceName;
use dialtone_server::ServeConfig;
use dialtone_telemetry::TelemetryConfig;
use serde::Deserialize;

/// What `config.default.toml` says.
pub const DEFAULTS: &str = include_str!("../config.default.toml");

/// All of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Listening, limits on calls and connections, draining.
    pub serve: ServeConfig,
    /// Limits on what passes through.
    pub limits: Limits,
    /// Whom the gateway believes.
    pub auth: AuthConfig,
    /// The key by which the services believe the gateway.
    pub identity: IdentityConfig,
    /// Where the services are.
    pub upstreams: Upstreams,
    /// What may be asked without a token.
    pub open: Open,
    /// How often the health of each service is asked.
    pub health_check_ms: u64,
    /// Log lines.
    pub telemetry: TelemetryConfig,
    /// Which calls get a log line.
    pub access_log: AccessLog,
}

/// Limits on what passes through.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The largest request message, as it travels.
    pub max_message_bytes: u32,
    /// All headers of a request together.
    pub max_header_bytes: u32,
    /// Open connections.
    pub max_connections: usize,
}

/// What may be asked without a token.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Open {
    /// Reflection: the protos of the suite.
    pub reflection: bool,
    /// Health: which services are up.
    pub health: bool,
}

/// Which calls get a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccessLog {
    /// Every call.
    All,
    /// Those that did not end OK.
    Failures,
    /// None.
    Off,
}

/// Whom the gateway believes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthConfig {
    /// OIDC issuers by a name of our own.
    #[serde(default)]
    pub oidc: BTreeMap<String, OidcConfig>,
    /// The set-up sessions that subscriptions signs; absent, there are none.
    #[serde(default)]
    pub setup: Option<SetupConfig>,
    /// How far clocks may differ, in seconds.
    pub leeway_s: u64,
    /// Verified tokens that are kept.
    pub cached_tokens: u64,
}

/// One OIDC issuer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcConfig {
    /// The `iss` of its tokens, which is where its discovery document is found.
    pub issuer: String,
    /// The `aud` that its tokens must name.
    pub audience: String,
    /// Signature algorithms that are accepted from it.
    #[serde(default = "defaults::algorithms")]
    pub algorithms: Vec<PinnedAlgorithm>,
    /// Where its keys are; absent, the discovery document says so.
    #[serde(default)]
    pub jwks_uri: Option<String>,
    /// The claim that lists the caller's roles.
    #[serde(default = "defaults::roles_claim")]
    pub roles_claim: String,
    /// The role that makes the caller a platform of the provider.
    #[serde(default = "defaults::platform_role")]
    pub platform_role: String,
    /// Stands before `sub`: with several issuers, equal subjects must not be the same person.
    #[serde(default)]
    pub subject_prefix: String,
    /// How often its keys are fetched again.
    #[serde(default = "defaults::refresh_ms")]
    pub refresh_ms: u64,
    /// The least time between two fetches that tokens with unknown keys may cause.
    #[serde(default = "defaults::min_refresh_ms")]
    pub min_refresh_ms: u64,
    /// Authorities that sign its certificate; absent, the public ones.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
}

/// The algorithms that can be accepted. Neither `none` nor any HMAC is among them: with those, who can check can forge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[expect(missing_docs, reason = "the names are those of RFC 7518 and RFC 8037")]
pub enum PinnedAlgorithm {
    RS256,
    RS384,
    RS512,
    PS256,
    PS384,
    PS512,
    ES256,
    ES384,
    EdDSA,
}

/// Set-up sessions: tokens that subscriptions gives to contacts who open their link.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetupConfig {
    /// PEM of the Ed25519 public key, or several one after the other while a key rotates.
    pub public_key_file: PathBuf,
}

/// Where the services are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "one field for each service, named as it is")]
pub struct Upstreams {
    pub org_finder: UpstreamSettings,
    pub templates: UpstreamSettings,
    pub subscriptions: UpstreamSettings,
    pub user_provisioning: UpstreamSettings,
}

impl Upstreams {
    /// Each service with its settings.
    pub fn each(&self) -> [(ServiceName, &UpstreamSettings); 4] {
        [
            (ServiceName::OrgFinder, &self.org_finder),
            (ServiceName::Templates, &self.templates),
            (ServiceName::Subscriptions, &self.subscriptions),
            (ServiceName::UserProvisioning, &self.user_provisioning),
        ]
    }
}

impl Check for Config {
    fn check(&self, faults: &mut Faults) {
        faults.nested("serve", &self.serve);
        faults.within("limits.max_message_bytes", self.limits.max_message_bytes, 1..=1 << 30);
        faults.within("limits.max_header_bytes", self.limits.max_header_bytes, 1_024..=1 << 20);
        faults.within("limits.max_connections", self.limits.max_connections, 1..=1_000_000);
        faults.within("health_check_ms", self.health_check_ms, 100..=600_000);
        faults.nested("auth", &self.auth);
        if self.serve.tls.is_some() {
            faults.refuse("serve.tls", "is not for the gateway: TLS from outside ends before it");
        }
        if self.identity.private_key.is_none() {
            faults.refuse("identity.private_key", "is needed: the services believe nobody else");
        }
    }
}

impl Check for AuthConfig {
    fn check(&self, faults: &mut Faults) {
        faults.within("leeway_s", self.leeway_s, 0..=300);
        if self.oidc.is_empty() {
            faults.refuse("oidc", "name at least one issuer, or nobody can call");
        }
        let mut issuers = BTreeSet::new();
        let mut prefixes = BTreeSet::new();
        for (name, oidc) in &self.oidc {
            faults.nested(&format!("oidc.{name}"), oidc);
            if !issuers.insert(&oidc.issuer) {
                faults.refuse(&format!("oidc.{name}.issuer"), "is named twice");
            }
            if !prefixes.insert(&oidc.subject_prefix) {
                let why = "two issuers must not share one: their equal subjects would be the same person";
                faults.refuse(&format!("oidc.{name}.subject_prefix"), why);
            }
        }
    }
}

impl Check for OidcConfig {
    fn check(&self, faults: &mut Faults) {
        let is_url = |text: &str| text.starts_with("https://") || text.starts_with("http://");
        if !is_url(&self.issuer) {
            faults.refuse("issuer", "must be an http or https URL");
        }
        if self.jwks_uri.as_deref().is_some_and(|uri| !is_url(uri)) {
            faults.refuse("jwks_uri", "must be an http or https URL");
        }
        if self.audience.is_empty() {
            faults.refuse("audience", "must not be empty");
        }
        if self.algorithms.is_empty() {
            faults.refuse("algorithms", "name at least one");
        }
        faults.within("refresh_ms", self.refresh_ms, 1_000..=86_400_000);
        faults.within("min_refresh_ms", self.min_refresh_ms, 0..=3_600_000);
    }
}

mod defaults {
    use super::PinnedAlgorithm;

    pub(super) fn algorithms() -> Vec<PinnedAlgorithm> {
        vec![PinnedAlgorithm::RS256, PinnedAlgorithm::ES256, PinnedAlgorithm::EdDSA]
    }
    pub(super) fn roles_claim() -> String {
        "dialtone_roles".to_owned()
    }
    pub(super) fn platform_role() -> String {
        "platform".to_owned()
    }
    pub(super) const fn refresh_ms() -> u64 {
        300_000
    }
    pub(super) const fn min_refresh_ms() -> u64 {
        10_000
    }
}
