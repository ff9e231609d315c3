//! What a service may configure about serving. Durations are in milliseconds.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use dialtone_config::{Check, Faults};
use serde::Deserialize;

use crate::METRICS_OFFSET;

/// How a process listens, what it takes on at once, and how it ends. Only `listen` has no default.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServeConfig {
    /// Address and port. Metrics are on the port above by 1000.
    pub listen: SocketAddr,
    /// Calls worked on at once; further ones are refused as OVERLOADED.
    #[serde(default = "defaults::max_requests")]
    pub max_requests: usize,
    /// Open streams without an end of their own (Watch), counted apart from the calls.
    #[serde(default = "defaults::max_streams")]
    pub max_streams: usize,
    /// Calls at once on one connection; a client waits before it sends more.
    #[serde(default = "defaults::max_streams_per_connection")]
    pub max_streams_per_connection: u32,
    /// The longest time that any call with a deadline may take, whatever its method allows.
    #[serde(default = "defaults::max_deadline_ms")]
    pub max_deadline_ms: u64,
    /// How often a silent connection is pinged.
    #[serde(default = "defaults::ping_ms")]
    pub ping_ms: u64,
    /// How long the answer to a ping may take before the connection counts as dead.
    #[serde(default = "defaults::ping_timeout_ms")]
    pub ping_timeout_ms: u64,
    /// How old a connection gets, give or take a tenth, so that clients spread over new replicas.
    #[serde(default = "defaults::connection_age_ms")]
    pub connection_age_ms: u64,
    /// How long the calls of an old connection may still take.
    #[serde(default = "defaults::connection_grace_ms")]
    pub connection_grace_ms: u64,
    /// How long to go on serving after the signal to stop, so that load balancers notice first.
    #[serde(default = "defaults::lame_duck_ms")]
    pub lame_duck_ms: u64,
    /// How long calls may still take after that; what is left then is cut.
    #[serde(default = "defaults::drain_ms")]
    pub drain_ms: u64,
    /// TLS; absent, connections are in clear text.
    #[serde(default)]
    pub tls: Option<TlsConfig>,
}

/// Our certificate, and whose certificates a client must show. The files are PEM.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// Certificate chain.
    pub cert_file: PathBuf,
    /// Key of the certificate.
    pub key_file: PathBuf,
    /// Authorities that sign the clients' certificates. Present, every client must show one: mutual TLS.
    #[serde(default)]
    pub client_ca_file: Option<PathBuf>,
}

impl ServeConfig {
    /// The configuration with every default.
    pub fn new(listen: SocketAddr) -> Self {
        Self {
            listen,
            max_requests: defaults::max_requests(),
            max_streams: defaults::max_streams(),
            max_streams_per_connection: defaults::max_streams_per_connection(),
            max_deadline_ms: defaults::max_deadline_ms(),
            ping_ms: defaults::ping_ms(),
            ping_timeout_ms: defaults::ping_timeout_ms(),
            connection_age_ms: defaults::connection_age_ms(),
            connection_grace_ms: defaults::connection_grace_ms(),
            lame_duck_ms: defaults::lame_duck_ms(),
            drain_ms: defaults::drain_ms(),
            tls: None,
        }
    }

    /// `max_deadline_ms` as a duration.
    pub fn max_deadline(&self) -> Duration {
        ms(self.max_deadline_ms)
    }
}

impl Check for ServeConfig {
    fn check(&self, faults: &mut Faults) {
        if self.listen.port() > u16::MAX - METRICS_OFFSET {
            faults.refuse("listen", format!("the port must be below {}", u16::MAX - METRICS_OFFSET));
        }
        faults.within("max_requests", self.max_requests, 1..=1_000_000);
        faults.within("max_streams", self.max_streams, 1..=1_000_000);
        faults.within("max_streams_per_connection", self.max_streams_per_connection, 1..=100_000);
        for (key, value) in [
            ("max_deadline_ms", self.max_deadline_ms),
            ("ping_ms", self.ping_ms),
            ("ping_timeout_ms", self.ping_timeout_ms),
            ("connection_age_ms", self.connection_age_ms),
        ] {
            faults.within(key, value, 100..=DAY_MS);
        }
        for (key, value) in [
            ("connection_grace_ms", self.connection_grace_ms),
            ("lame_duck_ms", self.lame_duck_ms),
            ("drain_ms", self.drain_ms),
        ] {
            faults.within(key, value, 0..=DAY_MS);
        }
    }
}

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

pub(crate) const fn ms(value: u64) -> Duration {
    Duration::from_millis(value)
}

mod defaults {
    pub(super) const fn max_requests() -> usize {
        1_000
    }
    pub(super) const fn max_streams() -> usize {
        1_000
    }
    pub(super) const fn max_streams_per_connection() -> u32 {
        250
    }
    /// WaitOperation may take five minutes; nothing is asked to take longer.
    pub(super) const fn max_deadline_ms() -> u64 {
        300_000
    }
    pub(super) const fn ping_ms() -> u64 {
        20_000
    }
    pub(super) const fn ping_timeout_ms() -> u64 {
        10_000
    }
    pub(super) const fn connection_age_ms() -> u64 {
        300_000
    }
    pub(super) const fn connection_grace_ms() -> u64 {
        60_000
    }
    /// Longer than kube-proxy and a resolver of five seconds take to forget an address.
    pub(super) const fn lame_duck_ms() -> u64 {
        6_000
    }
    /// Together with the lame-duck time below the 30 seconds that Kubernetes grants.
    pub(super) const fn drain_ms() -> u64 {
        20_000
    }
}
