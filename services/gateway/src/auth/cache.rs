//! Tokens that were verified before. Kept by their SHA-256, so that the cache holds nothing that is a credential.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::digest::{SHA256, digest};
use dialtone_authz::{Caller, TokenSigner};
use http::HeaderValue;

use super::oidc::Oidc;

/// How long a signed internal token is sent again. The signer's tokens are good for at least half a minute.
const REUSE: Duration = Duration::from_secs(10);

/// A caller whose token was verified, and the internal token that says so to the services.
pub struct Identity {
    /// Who calls.
    pub caller: Caller,
    signer: TokenSigner,
    header: Mutex<Option<(Instant, HeaderValue)>>,
}

impl Identity {
    fn new(caller: Caller, signer: TokenSigner) -> Self {
        Self { caller, signer, header: Mutex::new(None) }
    }

    pub(super) fn nobody(signer: TokenSigner) -> Self {
        Self::new(Caller::anonymous(), signer)
    }

    /// The value of the identity header, good for some seconds.
    pub fn header(&self) -> HeaderValue {
        let mut kept = self.header.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        match &*kept {
            Some((since, header)) if now - *since < REUSE => header.clone(),
            _ => {
                let token = self.signer.token(&self.caller);
                let mut header = HeaderValue::from_str(&token).expect("a token is base64 and dots");
                header.set_sensitive(true);
                *kept = Some((now, header.clone()));
                header
            }
        }
    }
}

/// What was found out about a token.
pub(super) struct Finding {
    pub(super) caller: Caller,
    /// Good until, seconds since 1970.
    pub(super) exp: u64,
    /// Which issuer's keys verified it, and in which state they were; none for keys from a file.
    pub(super) keys: Option<(usize, u64)>,
}

struct Entry {
    identity: Arc<Identity>,
    exp: u64,
    keys: Option<(usize, u64)>,
}

/// The cache.
pub(super) struct Verified {
    entries: moka::sync::Cache<[u8; 32], Arc<Entry>>,
    signer: TokenSigner,
}

/// The SHA-256 of a token.
pub(super) fn key(token: &str) -> [u8; 32] {
    let mut key = [0; 32];
    key.copy_from_slice(digest(&SHA256, token.as_bytes()).as_ref());
    key
}

impl Verified {
    pub(super) fn new(capacity: u64, signer: TokenSigner) -> Self {
        Self { entries: moka::sync::Cache::new(capacity), signer }
    }

    /// The caller of a token seen before, unless it has expired or its issuer's keys have changed since: a key that was
    /// taken back must not live on in here.
    pub(super) fn get(&self, key: &[u8; 32], issuers: &[Arc<Oidc>], leeway_s: u64) -> Option<Arc<Identity>> {
        let entry = self.entries.get(key)?;
        let expired = unix_seconds() >= entry.exp + leeway_s;
        let stale = entry.keys.is_some_and(|(issuer, state)| issuers[issuer].key_state() != state);
        if expired || stale {
            self.entries.invalidate(key);
            return None;
        }
        Some(Arc::clone(&entry.identity))
    }

    pub(super) fn insert(&self, key: [u8; 32], finding: Finding) -> Arc<Identity> {
        let identity = Arc::new(Identity::new(finding.caller, self.signer.clone()));
        let entry = Entry { identity: Arc::clone(&identity), exp: finding.exp, keys: finding.keys };
        self.entries.insert(key, Arc::new(entry));
        identity
    }
}

fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}
