//! Set-up sessions: the bearer token that an opened link is exchanged for. The gateway verifies it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use dialtone_ids::SubscriptionId;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;

const ISSUER: &str = "subscriptions";
const AUDIENCE: &str = "dialtone-setup";

/// The configured key is no Ed25519 key in PKCS#8 PEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("setup_sessions.private_key is not an Ed25519 key in PKCS#8 PEM")]
pub struct BadKey;

/// Signs sessions.
#[derive(Clone)]
pub struct SessionSigner {
    key: EncodingKey,
    life: Duration,
}

/// A signed session.
#[derive(Clone, Debug)]
pub struct Session {
    pub token: String,
    pub expires: DateTime<Utc>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    /// The contact's address.
    sub: &'a str,
    subscription: SubscriptionId,
    iat: i64,
    exp: i64,
}

impl SessionSigner {
    /// A signer of sessions that live for `life`.
    pub fn new(private_pem: &SecretString, life: Duration) -> Result<Self, BadKey> {
        let key = EncodingKey::from_ed_pem(private_pem.expose_secret().as_bytes()).map_err(|_| BadKey)?;
        let signer = Self { key, life };
        // Signs once, so that a key that cannot sign is found at the start and `sign` need not fail.
        signer.try_sign("", SubscriptionId::new(), Utc::now()).ok_or(BadKey)?;
        Ok(signer)
    }

    /// The session of `contact` for `subscription`, from `now` on.
    pub fn sign(&self, contact: &str, subscription: SubscriptionId, now: DateTime<Utc>) -> Session {
        self.try_sign(contact, subscription, now).expect("a key that signed once signs again")
    }

    fn try_sign(&self, contact: &str, subscription: SubscriptionId, now: DateTime<Utc>) -> Option<Session> {
        let expires = now + self.life;
        let claims = Claims {
            iss: ISSUER,
            aud: AUDIENCE,
            sub: contact,
            subscription,
            iat: now.timestamp(),
            exp: expires.timestamp(),
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), &claims, &self.key).ok()?;
        Some(Session { token, expires })
    }
}
