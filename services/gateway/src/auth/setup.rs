//! Set-up sessions: tokens that subscriptions signs for a provisioning contact who opened the link.

use std::fs;

use dialtone_authz::Caller;
use dialtone_ids::SubscriptionId;
use dialtone_status::Fault;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;

use super::{BadIssuer, cache::Finding, verify};
use crate::config::SetupConfig;

/// The issuer of set-up sessions.
pub(super) const ISSUER: &str = "subscriptions";
const AUDIENCE: &str = "dialtone-setup";

/// Verifies set-up sessions with the keys from a file.
pub(super) struct Setup {
    keys: Vec<DecodingKey>,
}

#[derive(Clone, Deserialize)]
struct Claims {
    /// The contact's address.
    sub: String,
    subscription: String,
    exp: u64,
}

impl Setup {
    pub(super) fn read(config: &SetupConfig) -> Result<Self, BadIssuer> {
        let bad = |cause: String| BadIssuer::File { file: config.public_key_file.clone(), cause };
        let text = fs::read_to_string(&config.public_key_file).map_err(|e| bad(e.to_string()))?;
        let keys: Result<Vec<_>, _> = blocks(&text).map(|b| DecodingKey::from_ed_pem(b.as_bytes())).collect();
        match keys {
            Ok(keys) if keys.is_empty() => Err(bad("holds no PEM".to_owned())),
            Ok(keys) => Ok(Self { keys }),
            Err(_) => Err(bad("is no Ed25519 public key in PEM".to_owned())),
        }
    }

    pub(super) fn verify(&self, token: &str, leeway_s: u64) -> Result<Finding, Fault> {
        let rules = verify::rules(Algorithm::EdDSA, ISSUER, AUDIENCE, leeway_s);
        let claims: Claims = verify::decode(token, &self.keys, &rules)?;
        let subscription = SubscriptionId::parse(&claims.subscription).map_err(|_| verify::not_a_token())?;
        if claims.sub.is_empty() {
            return Err(verify::not_a_token());
        }
        Ok(Finding { caller: Caller::setup_contact(claims.sub, subscription), exp: claims.exp, keys: None })
    }
}

/// The PEM blocks of a text: while a key rotates, the old and the new one are there together.
fn blocks(text: &str) -> impl Iterator<Item = String> + '_ {
    const BEGIN: &str = "-----BEGIN ";
    text.split(BEGIN).skip(1).map(|rest| format!("{BEGIN}{rest}"))
}
