//! The part of a service's configuration that says who it is and whom it believes.

use std::collections::BTreeMap;

use dialtone_ids::ServiceName;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

use crate::{KeyFault, TokenSigner, TokenVerifier};

/// Keys of the internal tokens.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IdentityConfig {
    /// This process's private key: an Ed25519 key in PKCS#8 PEM. Needed by whoever calls another service.
    #[serde(default)]
    pub private_key: Option<SecretString>,
    /// Public keys by issuer (`gateway`, `subscriptions`, ...): a PEM, or several one after the other while a key rotates.
    #[serde(default)]
    pub trusted: BTreeMap<String, String>,
}

impl IdentityConfig {
    /// The signer of `service`.
    pub fn signer(&self, service: ServiceName) -> Result<TokenSigner, KeyFault> {
        let key = self.private_key.as_ref().ok_or(KeyFault::Missing)?;
        TokenSigner::new(service, key.expose_secret())
    }

    /// The verifier of the trusted issuers.
    pub fn verifier(&self) -> Result<TokenVerifier, KeyFault> {
        TokenVerifier::new(&self.trusted)
    }
}
