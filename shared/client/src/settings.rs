//! What a service may configure about one upstream. All durations are in milliseconds.

use std::{
    num::{NonZeroU16, NonZeroU32, NonZeroU64, NonZeroUsize},
    path::PathBuf,
    time::Duration,
};

use serde::Deserialize;

/// Where an upstream is and how its connections are kept. Only `target` has no default.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UpstreamSettings {
    /// `host:port`, or several separated by commas. A host that is a DNS name stands for all of its addresses.
    pub target: String,
    /// HTTP/2 connections kept to each address. One carries thousands of calls; more spread them over cores.
    #[serde(default = "defaults::connections")]
    pub connections: NonZeroU16,
    /// How often DNS names are looked up again.
    #[serde(default = "defaults::resolve_ms")]
    pub resolve_ms: NonZeroU64,
    /// The longest time to open one connection.
    #[serde(default = "defaults::connect_timeout_ms")]
    pub connect_timeout_ms: NonZeroU64,
    /// How long a call waits for a connection when there is none, before it fails as UNAVAILABLE.
    #[serde(default = "defaults::connection_wait_ms")]
    pub connection_wait_ms: NonZeroU64,
    /// How often an idle or busy connection is pinged. Servers that count pings must allow it.
    #[serde(default = "defaults::ping_ms")]
    pub ping_ms: NonZeroU64,
    /// How long the answer to a ping may take before the connection counts as dead.
    #[serde(default = "defaults::ping_timeout_ms")]
    pub ping_timeout_ms: NonZeroU64,
    /// Failures in a row after which an address gets no calls for a while.
    #[serde(default = "defaults::eject_after")]
    pub eject_after: NonZeroU32,
    /// How long the first ejection lasts; each further one lasts twice as long.
    #[serde(default = "defaults::eject_ms")]
    pub eject_ms: NonZeroU64,
    /// The longest an ejection lasts.
    #[serde(default = "defaults::eject_max_ms")]
    pub eject_max_ms: NonZeroU64,
    /// How much of a request is kept so that it can be sent again; a longer one is sent once.
    #[serde(default = "defaults::replay_bytes")]
    pub replay_bytes: NonZeroUsize,
    /// Mutual TLS towards the upstream; absent, connections are in clear text.
    #[serde(default)]
    pub tls: Option<TlsSettings>,
}

/// Whom to trust, and as whom to appear. The files are PEM.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsSettings {
    /// Certificates of the authorities that sign the upstream's certificate.
    pub ca_file: PathBuf,
    /// Our own certificate chain, where the upstream asks for one.
    #[serde(default)]
    pub cert_file: Option<PathBuf>,
    /// The key of `cert_file`.
    #[serde(default)]
    pub key_file: Option<PathBuf>,
    /// The name that the upstream's certificate must bear; the target's host when absent.
    #[serde(default)]
    pub server_name: Option<String>,
}

impl UpstreamSettings {
    /// The settings with every default, for `target`.
    pub fn new(target: impl Into<String>) -> Self {
        Self {
            target: target.into(),
            connections: defaults::connections(),
            resolve_ms: defaults::resolve_ms(),
            connect_timeout_ms: defaults::connect_timeout_ms(),
            connection_wait_ms: defaults::connection_wait_ms(),
            ping_ms: defaults::ping_ms(),
            ping_timeout_ms: defaults::ping_timeout_ms(),
            eject_after: defaults::eject_after(),
            eject_ms: defaults::eject_ms(),
            eject_max_ms: defaults::eject_max_ms(),
            replay_bytes: defaults::replay_bytes(),
            tls: None,
        }
    }
}

/// The duration of a `_ms` key.
pub(crate) fn ms(value: NonZeroU64) -> Duration {
    Duration::from_millis(value.get())
}

mod defaults {
    use super::{NonZeroU16, NonZeroU32, NonZeroU64, NonZeroUsize};

    const fn ms(value: u64) -> NonZeroU64 {
        NonZeroU64::new(value).expect("a default is never zero")
    }
    pub(super) const fn connections() -> NonZeroU16 {
        NonZeroU16::MIN
    }
    pub(super) const fn resolve_ms() -> NonZeroU64 {
        ms(5_000)
    }
    pub(super) const fn connect_timeout_ms() -> NonZeroU64 {
        ms(2_000)
    }
    pub(super) const fn connection_wait_ms() -> NonZeroU64 {
        ms(1_000)
    }
    pub(super) const fn ping_ms() -> NonZeroU64 {
        ms(20_000)
    }
    pub(super) const fn ping_timeout_ms() -> NonZeroU64 {
        ms(5_000)
    }
    pub(super) const fn eject_after() -> NonZeroU32 {
        NonZeroU32::new(5).expect("a default is never zero")
    }
    pub(super) const fn eject_ms() -> NonZeroU64 {
        ms(1_000)
    }
    pub(super) const fn eject_max_ms() -> NonZeroU64 {
        ms(30_000)
    }
    pub(super) const fn replay_bytes() -> NonZeroUsize {
        NonZeroUsize::new(64 * 1024).expect("a default is never zero")
    }
}
