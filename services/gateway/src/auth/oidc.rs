//! One OIDC issuer: its keys, fetched by discovery, kept fresh, and kept when the issuer is down.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use dialtone_authz::Caller;
use dialtone_client::Backoff;
use dialtone_status::Fault;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use tokio::{
    sync::Mutex,
    time::{Instant, sleep},
};

use super::{
    BadIssuer,
    claims::Claims,
    fetch::{FetchError, Fetcher},
    jwks::KeySet,
    verify,
};
use crate::config::{OidcConfig, PinnedAlgorithm};

/// When a caller whose token cannot be verified for lack of keys is to try again.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// One issuer.
pub(super) struct Oidc {
    config: OidcConfig,
    algorithms: Vec<Algorithm>,
    fetcher: Fetcher,
    held: RwLock<Arc<Held>>,
    /// When the keys were last fetched, with or without success. Locked while they are: one fetch serves all who wait.
    last_fetch: Mutex<Option<Instant>>,
}

struct Held {
    keys: KeySet,
    /// Grows with every change of the keys; 0 before there are any.
    state: u64,
}

/// Why the keys are not fresh; for the log.
#[derive(Debug, thiserror::Error)]
enum RefreshError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("unreadable: {0}")]
    Unreadable(#[from] serde_json::Error),
    #[error("the discovery document is of another issuer")]
    OtherIssuer,
    #[error("no usable keys")]
    NoKeys,
}

impl Oidc {
    pub(super) fn new(config: OidcConfig) -> Result<Self, BadIssuer> {
        let fetcher = Fetcher::new(config.ca_file.as_deref())?;
        for url in [Some(&config.issuer), config.jwks_uri.as_ref()].into_iter().flatten() {
            Fetcher::check(url)?;
        }
        Ok(Self {
            algorithms: config.algorithms.iter().copied().map(algorithm).collect(),
            fetcher,
            held: RwLock::new(Arc::new(Held { keys: KeySet::default(), state: 0 })),
            last_fetch: Mutex::new(None),
            config,
        })
    }

    pub(super) fn issuer(&self) -> &str {
        &self.config.issuer
    }

    pub(super) fn audience(&self) -> &str {
        &self.config.audience
    }

    /// Whether tokens signed this way are accepted at all.
    pub(super) fn accepts(&self, algorithm: Algorithm) -> bool {
        self.algorithms.contains(&algorithm)
    }

    /// Changes with the keys.
    pub(super) fn key_state(&self) -> u64 {
        self.held().state
    }

    /// The keys that a token with this header can be signed with, and their state. A key that is not known is looked for
    /// at the issuer, but not more often than its least interval: made-up key ids must not become a flood of fetches.
    pub(super) async fn keys(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<(Vec<DecodingKey>, u64), Fault> {
        let mut held = self.held();
        let mut keys = held.keys.find(kid, algorithm);
        if keys.is_empty() {
            self.refresh_unless_recent().await;
            held = self.held();
            keys = held.keys.find(kid, algorithm);
        }
        match (keys.is_empty(), held.state) {
            (false, state) => Ok((keys, state)),
            (true, 0) => Err(Fault::unavailable(RETRY_AFTER).caused_by("no keys of the issuer yet")),
            (true, _) => {
                Err(Fault::unauthenticated("The token is signed with a key that its issuer does not publish."))
            }
        }
    }

    /// The caller of a verified token, and until when.
    pub(super) fn caller(&self, claims: &Claims) -> Result<(Caller, u64), Fault> {
        let caller = claims.caller(&self.config).ok_or_else(verify::not_a_token)?;
        // `exp` may have a fraction; the conversion saturates.
        Ok((caller, claims.exp as u64))
    }

    /// Fetches the keys now and then; soon again after a failure. Never ends.
    pub(super) async fn keep_fresh(&self) {
        let regular = Duration::from_millis(self.config.refresh_ms);
        let mut backoff = Backoff::new(Duration::from_millis(200), regular.min(Duration::from_secs(30)));
        loop {
            let mut last_fetch = self.last_fetch.lock().await;
            let fresh = self.refresh().await;
            *last_fetch = Some(Instant::now());
            drop(last_fetch);
            if fresh {
                backoff.reset();
                sleep(regular).await;
            } else {
                sleep(backoff.next()).await;
            }
        }
    }

    async fn refresh_unless_recent(&self) {
        let least = Duration::from_millis(self.config.min_refresh_ms);
        let asked = Instant::now();
        let mut last_fetch = self.last_fetch.lock().await;
        // Somebody else may have fetched while this waited.
        let recent = last_fetch.is_some_and(|last| last >= asked || last.elapsed() < least);
        if !recent {
            self.refresh().await;
            *last_fetch = Some(Instant::now());
        }
    }

    /// True when the keys are fresh; else they stay as they were.
    async fn refresh(&self) -> bool {
        let issuer = self.issuer();
        match self.fetch().await {
            Ok(keys) => {
                self.hold(keys);
                true
            }
            Err(error) => {
                tracing::warn!(issuer, %error, "the issuer's keys cannot be fetched; the last ones stay");
                false
            }
        }
    }

    async fn fetch(&self) -> Result<KeySet, RefreshError> {
        let jwks_uri = match &self.config.jwks_uri {
            Some(uri) => uri.clone(),
            None => self.discover().await?,
        };
        let keys = KeySet::parse(&self.fetcher.get(&jwks_uri).await?)?;
        // An issuer without keys is a broken one, not one that took all of them back.
        if keys.len() == 0 { Err(RefreshError::NoKeys) } else { Ok(keys) }
    }

    async fn discover(&self) -> Result<String, RefreshError> {
        #[derive(Deserialize)]
        struct Discovery {
            issuer: String,
            jwks_uri: String,
        }
        let base = self.issuer().trim_end_matches('/');
        let document = self.fetcher.get(&format!("{base}/.well-known/openid-configuration")).await?;
        let discovery: Discovery = serde_json::from_slice(&document)?;
        // OpenID Connect Discovery 4.3: else one issuer could name another's keys as its own.
        if discovery.issuer == self.issuer() { Ok(discovery.jwks_uri) } else { Err(RefreshError::OtherIssuer) }
    }

    fn hold(&self, keys: KeySet) {
        let mut held = self.held.write().unwrap_or_else(PoisonError::into_inner);
        if held.state == 0 || !held.keys.same(&keys) {
            tracing::info!(issuer = self.issuer(), keys = keys.len(), "the issuer's keys changed");
            let state = held.state + 1;
            *held = Arc::new(Held { keys, state });
        }
    }

    fn held(&self) -> Arc<Held> {
        Arc::clone(&self.held.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn algorithm(pinned: PinnedAlgorithm) -> Algorithm {
    match pinned {
        PinnedAlgorithm::RS256 => Algorithm::RS256,
        PinnedAlgorithm::RS384 => Algorithm::RS384,
        PinnedAlgorithm::RS512 => Algorithm::RS512,
        PinnedAlgorithm::PS256 => Algorithm::PS256,
        PinnedAlgorithm::PS384 => Algorithm::PS384,
        PinnedAlgorithm::PS512 => Algorithm::PS512,
        PinnedAlgorithm::ES256 => Algorithm::ES256,
        PinnedAlgorithm::ES384 => Algorithm::ES384,
        PinnedAlgorithm::EdDSA => Algorithm::EdDSA,
    }
}
