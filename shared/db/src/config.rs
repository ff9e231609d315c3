//! What a service may configure about its database. Defaults are written here once; a service's `config.default.toml` repeats them.

use std::num::{NonZeroU16, NonZeroU32, NonZeroU64};

use dialtone_config::{Check, Faults};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

/// The `[database]` table of a service's configuration. All durations are in milliseconds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    /// `postgres://user:password@host:port/database` of the run-time role, which has DML on its own schema only.
    pub url: SecretString,
    /// The most connections this process keeps. Pools times replicas must stay below the server's `max_connections`.
    #[serde(default = "defaults::pool_size")]
    pub pool_size: NonZeroU32,
    /// The longest wait for a free connection before the caller is told that the service is busy.
    #[serde(default = "defaults::pool_wait_ms")]
    pub pool_wait_ms: NonZeroU64,
    /// The longest time to open one connection.
    #[serde(default = "defaults::connect_timeout_ms")]
    pub connect_timeout_ms: NonZeroU64,
    /// The longest run of one statement; a nearer deadline of the request shortens it.
    #[serde(default = "defaults::statement_timeout_ms")]
    pub statement_timeout_ms: NonZeroU64,
    /// The longest wait for a row or table lock.
    #[serde(default = "defaults::lock_timeout_ms")]
    pub lock_timeout_ms: NonZeroU64,
    /// The longest idle time inside a transaction, after which the server closes the connection.
    #[serde(default = "defaults::idle_in_transaction_timeout_ms")]
    pub idle_in_transaction_timeout_ms: NonZeroU64,
    /// How long an answer given under a `request_id` is kept and replayed, in days.
    #[serde(default = "defaults::idempotency_days")]
    pub idempotency_days: NonZeroU16,
}

impl DatabaseConfig {
    /// The configuration with every default and the given URL.
    pub fn new(url: SecretString) -> Self {
        Self {
            url,
            pool_size: defaults::pool_size(),
            pool_wait_ms: defaults::pool_wait_ms(),
            connect_timeout_ms: defaults::connect_timeout_ms(),
            statement_timeout_ms: defaults::statement_timeout_ms(),
            lock_timeout_ms: defaults::lock_timeout_ms(),
            idle_in_transaction_timeout_ms: defaults::idle_in_transaction_timeout_ms(),
            idempotency_days: defaults::idempotency_days(),
        }
    }
}

/// The `[migration]` table: only `migrate` needs it, so a serving process can be without.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MigrationConfig {
    /// URL of the database as the role that owns the schema.
    #[serde(default)]
    pub url: Option<SecretString>,
}

/// The `[paging]` table.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PagingConfig {
    /// Secret that seals page tokens; every replica of a service has the same. Any text of 32 characters or more.
    pub key: SecretString,
}

impl Check for PagingConfig {
    fn check(&self, faults: &mut Faults) {
        // A key that could be guessed would let anyone write page tokens.
        if self.key.expose_secret().trim().len() < 32 {
            faults.refuse("key", "must have 32 characters or more");
        }
    }
}

mod defaults {
    use super::{NonZeroU16, NonZeroU32, NonZeroU64};

    const fn ms(value: u64) -> NonZeroU64 {
        NonZeroU64::new(value).expect("a default is never zero")
    }

    pub(super) const fn pool_size() -> NonZeroU32 {
        NonZeroU32::new(10).expect("a default is never zero")
    }
    pub(super) const fn pool_wait_ms() -> NonZeroU64 {
        ms(2_000)
    }
    pub(super) const fn connect_timeout_ms() -> NonZeroU64 {
        ms(5_000)
    }
    pub(super) const fn statement_timeout_ms() -> NonZeroU64 {
        ms(10_000)
    }
    // Longer than a usual transaction, so that a concurrent duplicate of a slow mutation waits for its answer.
    pub(super) const fn lock_timeout_ms() -> NonZeroU64 {
        ms(5_000)
    }
    pub(super) const fn idle_in_transaction_timeout_ms() -> NonZeroU64 {
        ms(30_000)
    }
    pub(super) const fn idempotency_days() -> NonZeroU16 {
        NonZeroU16::new(7).expect("a default is never zero")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_key_is_refused_and_not_shown() {
        let refused = |key: &str| {
            let mut faults = Faults::default();
            PagingConfig { key: key.into() }.check(&mut faults);
            faults
        };
        let faults = refused("guess me");
        assert!(!faults.is_empty() && !faults.to_string().contains("guess"), "{faults}");
        assert!(refused(&"k".repeat(32)).is_empty());
    }

    #[test]
    fn url_is_all_that_must_be_said_and_nothing_unknown_is_taken() {
        let read = |text| serde_json::from_str::<DatabaseConfig>(text);
        let config = read(r#"{"url": "postgres://x"}"#).expect("the rest has defaults");
        assert_eq!(config.pool_size, defaults::pool_size());
        read(r#"{"url": "postgres://x", "pool": 3}"#).expect_err("a key that means nothing");
        read(r#"{"url": "postgres://x", "pool_size": 0}"#).expect_err("zero is no default");
    }
}
