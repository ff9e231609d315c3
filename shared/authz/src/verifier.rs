//! Verifies internal tokens and says who calls.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::Arc,
    time::Duration,
};

use aws_lc_rs::digest;
use dialtone_ids::ServiceName;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use crate::{
    Caller, CallerKind, KeyFault,
    claims::{AUDIENCE, Claims, LIFE_SECONDS},
    keys,
    signer::unix_seconds,
};

/// How far two machines' clocks may differ, in seconds.
const LEEWAY_SECONDS: u64 = 5;
/// How many verified tokens are kept.
const CACHED_TOKENS: u64 = 50_000;

/// Why a token is not believed. For the log; the caller is told only that its token does not verify.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// Not a token, or claims that make no sense.
    #[error("not an internal token")]
    Malformed,
    /// Signed by nobody who is trusted here.
    #[error("the issuer is not trusted here")]
    UnknownIssuer,
    /// The signature, audience, algorithm or times do not hold.
    #[error("the token does not verify")]
    Invalid,
    /// A service may speak for itself only; callers of other kinds come from the gateway.
    #[error("the issuer may not vouch for this caller")]
    NotItsCaller,
}

/// Believes the tokens of the trusted issuers. Cheap to clone; one per process.
#[derive(Clone)]
pub struct TokenVerifier {
    keys: Arc<HashMap<ServiceName, Vec<DecodingKey>>>,
    /// By SHA-256 of the token, so that the cache holds nothing that could be used as a credential.
    verified: moka::sync::Cache<[u8; 32], Arc<Verified>>,
}

struct Verified {
    caller: Caller,
    exp: u64,
}

impl fmt::Debug for TokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenVerifier")
            .field("issuers", &self.keys.keys())
            .finish_non_exhaustive()
    }
}

impl TokenVerifier {
    /// A verifier that trusts each issuer by its public keys: a PEM, or several one after the other while a key rotates.
    pub fn new(trusted: &BTreeMap<String, String>) -> Result<Self, KeyFault> {
        let mut keys = HashMap::new();
        for (issuer, bundle) in trusted {
            // An environment variable cannot spell a hyphen.
            let service: ServiceName = issuer
                .replace('_', "-")
                .parse()
                .map_err(|_| KeyFault::UnknownIssuer(issuer.clone()))?;
            let parsed: Result<Vec<_>, _> = keys::blocks(bundle)
                .iter()
                .map(|pem| DecodingKey::from_ed_pem(pem.as_bytes()))
                .collect();
            let parsed = parsed.map_err(|_| KeyFault::Public(issuer.clone()))?;
            if parsed.is_empty() {
                return Err(KeyFault::Public(issuer.clone()));
            }
            keys.insert(service, parsed);
        }
        Ok(Self {
            keys: Arc::new(keys),
            verified: moka::sync::Cache::builder()
                .max_capacity(CACHED_TOKENS)
                .time_to_live(Duration::from_secs(LIFE_SECONDS))
                .build(),
        })
    }

    /// The caller that the token vouches for.
    pub fn verify(&self, token: &str) -> Result<Caller, TokenFault> {
        self.verify_at(token, unix_seconds())
    }

    /// [`TokenVerifier::verify`] at a given time, in seconds since 1970.
    pub(crate) fn verify_at(&self, token: &str, now: u64) -> Result<Caller, TokenFault> {
        let hash = hash(token);
        if let Some(known) = self.verified.get(&hash) {
            return if alive(known.exp, now) {
                Ok(known.caller.clone())
            } else {
                Err(TokenFault::Invalid)
            };
        }
        let claims = self.signed_claims(token)?;
        let exp = claims.exp;
        let early = claims.iat > now + LEEWAY_SECONDS;
        let long = exp.saturating_sub(claims.iat) > LIFE_SECONDS;
        if !alive(exp, now) || early || long {
            return Err(TokenFault::Invalid);
        }
        let issuer = claims.iss;
        let caller = claims.caller().ok_or(TokenFault::Malformed)?;
        if !may_vouch(issuer, &caller) {
            return Err(TokenFault::NotItsCaller);
        }
        let verified = Arc::new(Verified {
            caller: caller.clone(),
            exp,
        });
        self.verified.insert(hash, verified);
        Ok(caller)
    }

    /// The claims, once a key of their issuer signed them.
    fn signed_claims(&self, token: &str) -> Result<Claims, TokenFault> {
        #[derive(Deserialize)]
        struct Issuer {
            iss: ServiceName,
        }
        let Issuer { iss } = jsonwebtoken::dangerous::insecure_decode_claims(token)
            .map_err(|_| TokenFault::Malformed)?;
        let keys = self.keys.get(&iss).ok_or(TokenFault::UnknownIssuer)?;
        let mut rules = Validation::new(Algorithm::EdDSA);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[iss.as_str()]);
        rules.set_required_spec_claims(&["exp", "aud", "iss", "sub"]);
        // Times are checked by the caller, against its own clock.
        rules.validate_exp = false;
        keys.iter()
            .find_map(|key| jsonwebtoken::decode::<Claims>(token, key, &rules).ok())
            .map(|token| token.claims)
            .ok_or(TokenFault::Invalid)
    }
}

fn alive(exp: u64, now: u64) -> bool {
    now < exp + LEEWAY_SECONDS
}

/// The gateway knows the outside world and may vouch for anyone; a service speaks for itself only.
fn may_vouch(issuer: ServiceName, caller: &Caller) -> bool {
    match caller.kind {
        CallerKind::Service(service) => service == issuer,
        CallerKind::Person
        | CallerKind::Platform
        | CallerKind::SetupContact { .. }
        | CallerKind::Anonymous => issuer == ServiceName::Gateway,
    }
}

fn hash(token: &str) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    out
}
