//! The configuration of the service; `config.default.toml` explains every key.

use std::net::IpAddr;

use dialtone_authz::IdentityConfig;
use dialtone_client::UpstreamSettings;
use dialtone_config::{Check, Faults};
use dialtone_db::{DatabaseConfig, MigrationConfig, PagingConfig};
use dialtone_operations::OperationsConfig;
use dialtone_server::ServeConfig;
use dialtone_telemetry::TelemetryConfig;
use secrecy::{ExposeSecret as _, SecretString};
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
    #[serde(default)]
    pub operations: OperationsConfig,
    pub mail: MailConfig,
    pub setup_links: LinksConfig,
    pub setup_sessions: SessionsConfig,
}

/// The services that this one calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Peers {
    /// Who is who; organizations and partner links are made there.
    pub org_finder: UpstreamSettings,
    /// Onboarding templates. Not called by anything yet.
    #[serde(default)]
    pub templates: Option<UpstreamSettings>,
    /// Locations are made there.
    pub user_provisioning: UpstreamSettings,
}

/// Where mail leaves, and what stands in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// The mail server.
    pub host: String,
    pub port: u16,
    /// Absent: none on the loopback, else STARTTLS.
    #[serde(default)]
    pub tls: Option<MailTls>,
    #[serde(default)]
    pub username: Option<String>,
    #[serde(default)]
    pub password: Option<SecretString>,
    /// Sender, as in a mail: `Name <address>`.
    pub from: String,
    /// Page that the link opens; the token is added as `token`.
    pub setup_url: String,
    /// The longest that the mail server may take for one command, in milliseconds.
    pub timeout_ms: u64,
}

/// How the connection to the mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// Not at all.
    None,
    /// By STARTTLS, which must succeed.
    Starttls,
    /// From the first byte.
    Implicit,
}

impl MailConfig {
    /// The protection in effect.
    pub fn protection(&self) -> MailTls {
        let loopback = self.host == "localhost" || self.host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
        self.tls.unwrap_or(if loopback { MailTls::None } else { MailTls::Starttls })
    }
}

/// The links of welcome mails.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinksConfig {
    /// Secret that proves links; every replica has the same.
    pub key: SecretString,
    /// How long a link can be opened.
    pub life_hours: u32,
}

/// The sessions that links are exchanged for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionsConfig {
    /// Ed25519 key in PKCS#8 PEM; the gateway has its public half.
    pub private_key: SecretString,
    /// How long a session lasts.
    pub life_hours: u32,
}

/// A year: longer is a mistake.
const MOST_HOURS: u32 = 24 * 365;
const LEAST_KEY: usize = 32;

impl Check for Config {
    fn check(&self, faults: &mut Faults) {
        faults.nested("server", &self.server);
        faults.nested("paging", &self.paging);
        faults.nested("mail", &self.mail);
        if self.setup_links.key.expose_secret().len() < LEAST_KEY {
            faults.refuse("setup_links.key", format!("must have {LEAST_KEY} characters or more"));
        }
        faults.within("setup_links.life_hours", self.setup_links.life_hours, 1..=MOST_HOURS);
        faults.within("setup_sessions.life_hours", self.setup_sessions.life_hours, 1..=MOST_HOURS);
    }
}

impl Check for MailConfig {
    fn check(&self, faults: &mut Faults) {
        let web = self.setup_url.starts_with("https://") || self.setup_url.starts_with("http://");
        if !web || self.setup_url.contains(|c: char| c.is_whitespace() || c == '#') {
            faults.refuse("setup_url", "must be an http or https URL without a fragment");
        }
        if self.from.parse::<lettre::message::Mailbox>().is_err() {
            faults.refuse("from", "must be a mail address, or `Name <address>`");
        }
        if self.username.is_some() != self.password.is_some() {
            faults.refuse("username", "needs a password, and a password needs a username");
        }
        if self.username.is_some() && self.protection() == MailTls::None {
            faults.refuse("tls", "a password is not sent over an unprotected connection: use starttls or implicit");
        }
        faults.within("timeout_ms", self.timeout_ms, 100..=300_000);
    }
}
