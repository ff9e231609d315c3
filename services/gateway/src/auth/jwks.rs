//! A set of public keys as an issuer publishes it (RFC 7517).

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse},
};
use serde::Deserialize;

/// The keys that can verify signatures.
#[derive(Clone, Default)]
pub(super) struct KeySet {
    keys: Vec<Key>,
}

#[derive(Clone)]
struct Key {
    kid: Option<String>,
    /// What the issuer says it is for; none where it says nothing.
    algorithm: Option<Algorithm>,
    kind: Kind,
    key: DecodingKey,
    /// The key as published, to tell whether a set has changed.
    source: Jwk,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Rsa,
    P256,
    P384,
    Ed,
}

impl KeySet {
    /// Reads a JWKS document. Keys of kinds we do not know, and keys for encryption, are left out: issuers publish them
    /// beside the others.
    pub(super) fn parse(document: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Document {
            keys: Vec<serde_json::Value>,
        }
        let document: Document = serde_json::from_slice(document)?;
        let keys = document.keys.into_iter().filter_map(|k| Key::read(serde_json::from_value(k).ok()?));
        Ok(Self { keys: keys.collect() })
    }

    /// The keys that a token with this header can be signed with: the one it names, or, if it names none, all that fit.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Vec<DecodingKey> {
        self.keys
            .iter()
            .filter(|k| kid.is_none() || k.kid.as_deref() == kid)
            .filter(|k| k.fits(algorithm))
            .map(|k| k.key.clone())
            .collect()
    }

    /// Whether it holds the same keys as `other`.
    pub(super) fn same(&self, other: &Self) -> bool {
        self.keys.len() == other.keys.len() && self.keys.iter().zip(&other.keys).all(|(a, b)| a.source == b.source)
    }

    pub(super) fn len(&self) -> usize {
        self.keys.len()
    }
}

impl Key {
    fn read(jwk: Jwk) -> Option<Self> {
        if matches!(jwk.common.public_key_use, Some(PublicKeyUse::Encryption)) {
            return None;
        }
        let kind = match &jwk.algorithm {
            AlgorithmParameters::RSA(_) => Kind::Rsa,
            AlgorithmParameters::EllipticCurve(p) if p.curve == EllipticCurve::P256 => Kind::P256,
            AlgorithmParameters::EllipticCurve(p) if p.curve == EllipticCurve::P384 => Kind::P384,
            AlgorithmParameters::OctetKeyPair(p) if p.curve == EllipticCurve::Ed25519 => Kind::Ed,
            _ => return None,
        };
        Some(Self {
            kid: jwk.common.key_id.clone(),
            algorithm: jwk.common.key_algorithm.and_then(|a| a.to_string().parse().ok()),
            kind,
            key: DecodingKey::from_jwk(&jwk).ok()?,
            source: jwk,
        })
    }

    /// A key verifies only what it is made for: an RSA key never an ECDSA signature, and so on.
    fn fits(&self, algorithm: Algorithm) -> bool {
        let kind = match algorithm {
            Algorithm::RS256
            | Algorithm::RS384
            | Algorithm::RS512
            | Algorithm::PS256
            | Algorithm::PS384
            | Algorithm::PS512 => Kind::Rsa,
            Algorithm::ES256 => Kind::P256,
            Algorithm::ES384 => Kind::P384,
            Algorithm::EdDSA => Kind::Ed,
            _ => return false,
        };
        self.kind == kind && self.algorithm.is_none_or(|a| a == algorithm)
    }
}
