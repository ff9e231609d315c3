//! Who calls from outside: verifies the bearer token against the configured issuers.
//!
//! Owns issuers, their keys, the mapping of claims to a caller, and the cache of verified tokens. Must not know what is
//! called; whether an anonymous caller may go on is decided by [`crate::api`].

mod cache;
mod claims;
mod fetch;
mod jwks;
mod oidc;
mod setup;
mod verify;

use std::{path::PathBuf, sync::Arc};

use dialtone_authz::TokenSigner;
use dialtone_status::Fault;
use http::{HeaderMap, header::AUTHORIZATION};

use crate::config::AuthConfig;
pub use cache::Identity;
use cache::Verified;
use oidc::Oidc;
use setup::Setup;

/// The longest token that is looked at. Longer ones are no tokens of any issuer we know.
const MAX_TOKEN_BYTES: usize = 8 * 1024;

/// Verifies tokens. One per process.
pub struct Authenticator {
    oidc: Vec<Arc<Oidc>>,
    setup: Option<Setup>,
    verified: Verified,
    nobody: Arc<Identity>,
    leeway_s: u64,
}

/// The issuers cannot be used as configured.
#[derive(Debug, thiserror::Error)]
pub enum BadIssuer {
    /// A file is missing or is not the PEM it should be.
    #[error("{file}: {cause}")]
    File {
        /// Which.
        file: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// A URL that cannot be fetched.
    #[error("`{0}` is no http or https URL")]
    Url(String),
}

impl Authenticator {
    /// Reads the key files and prepares the issuers; nothing is fetched yet.
    pub fn new(config: &AuthConfig, signer: TokenSigner) -> Result<Self, BadIssuer> {
        let oidc: Result<Vec<_>, _> = config.oidc.values().map(|c| Oidc::new(c.clone()).map(Arc::new)).collect();
        Ok(Self {
            oidc: oidc?,
            setup: config.setup.as_ref().map(Setup::read).transpose()?,
            nobody: Arc::new(Identity::nobody(signer.clone())),
            verified: Verified::new(config.cached_tokens, signer),
            leeway_s: config.leeway_s,
        })
    }

    /// Keeps the issuers' keys fresh until it is dropped.
    pub async fn keep_fresh(&self) {
        let all = self.oidc.iter().map(|issuer| issuer.keep_fresh());
        futures::future::join_all(all).await;
    }

    /// The caller that the `authorization` header names; nobody if there is none. Takes the header away: no service is
    /// to see a credential that would be good elsewhere.
    ///
    /// UNAUTHENTICATED for a token that does not verify, UNAVAILABLE while the keys to verify it cannot be fetched.
    pub async fn authenticate(&self, headers: &mut HeaderMap) -> Result<Arc<Identity>, Fault> {
        let Some(header) = headers.remove(AUTHORIZATION) else {
            return Ok(Arc::clone(&self.nobody));
        };
        let token = bearer(header.as_bytes())?;
        let key = cache::key(token);
        if let Some(identity) = self.verified.get(&key, &self.oidc, self.leeway_s) {
            return Ok(identity);
        }
        // Boxed: rare, and its state would make every call's future larger.
        let verified = Box::pin(self.verify(token)).await?;
        Ok(self.verified.insert(key, verified))
    }
}

/// The token of `Bearer <token>`.
fn bearer(header: &[u8]) -> Result<&str, Fault> {
    let malformed = || Fault::unauthenticated("Send the token as `authorization: Bearer ...`.");
    let text = std::str::from_utf8(header).map_err(|_| malformed())?;
    let (scheme, token) = text.split_once(' ').ok_or_else(malformed)?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || token.is_empty() || token.len() > MAX_TOKEN_BYTES {
        return Err(malformed());
    }
    Ok(token)
}
