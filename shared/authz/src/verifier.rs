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
        f.debug_struct("TokenVerifier").field("issuers", &self.keys.keys()).finish_non_exhaustive()
    }
}

impl TokenVerifier {
    /// A verifier that trusts each issuer by its public keys: a PEM, or several one after the other while a key rotates.
    pub fn new(trusted: &BTreeMap<String, String>) -> Result<Self, KeyFault> {
        let mut keys = HashMap::new();
        for (issuer, bundle) in trusted {
            // An environment variable cannot spell a hyphen.
            let service: ServiceName =
                issuer.replace('_', "-").parse().map_err(|_| KeyFault::UnknownIssuer(issuer.clone()))?;
            let parsed: Result<Vec<_>, _> =
                keys::blocks(bundle).iter().map(|pem| DecodingKey::from_ed_pem(pem.as_bytes())).collect();
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
            return if alive(known.exp, now) { Ok(known.caller.clone()) } else { Err(TokenFault::Invalid) };
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
        let verified = Arc::new(Verified { caller: caller.clone(), exp });
        self.verified.insert(hash, verified);
        Ok(caller)
    }

    /// The claims, once a key of their issuer signed them.
    fn signed_claims(&self, token: &str) -> Result<Claims, TokenFault> {
        #[derive(Deserialize)]
        struct Issuer {
            iss: ServiceName,
        }
        let Issuer { iss } =
            jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| TokenFault::Malformed)?;
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
        CallerKind::Person | CallerKind::Platform | CallerKind::SetupContact { .. } | CallerKind::Anonymous => {
            issuer == ServiceName::Gateway
        }
    }
}

fn hash(token: &str) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TokenSigner, keys::PemPair};
    use dialtone_ids::SubscriptionId;

    const NOW: u64 = 1_800_000_000;

    fn pair_for(issuer: ServiceName) -> (TokenSigner, PemPair) {
        let pair = keys::generate();
        let signer = TokenSigner::new(issuer, &pair.private).expect("a fresh key");
        (signer, pair)
    }

    fn trusting(issuer: &str, pem: &str) -> TokenVerifier {
        let trusted = BTreeMap::from([(issuer.to_owned(), pem.to_owned())]);
        TokenVerifier::new(&trusted).expect("fresh keys")
    }

    #[test]
    fn every_kind_of_caller_survives_the_way() {
        let (signer, pair) = pair_for(ServiceName::Gateway);
        let verifier = trusting("gateway", &pair.public);
        for caller in [
            Caller::person("alice"),
            Caller::platform("ops"),
            Caller::service_for(ServiceName::Gateway, "person:alice"),
            Caller::setup_contact("bob@example.com", SubscriptionId::new()),
            Caller::anonymous(),
        ] {
            let token = signer.sign_at(&caller, NOW);
            assert_eq!(verifier.verify_at(&token, NOW), Ok(caller.clone()));
            // The second time it comes from the cache.
            assert_eq!(verifier.verify_at(&token, NOW), Ok(caller));
        }
    }

    #[test]
    fn a_token_dies_in_the_cache_as_outside_it() {
        let (signer, pair) = pair_for(ServiceName::Gateway);
        let verifier = trusting("gateway", &pair.public);
        let token = signer.sign_at(&Caller::person("alice"), NOW);
        let over = NOW + LIFE_SECONDS + LEEWAY_SECONDS;
        assert_eq!(verifier.verify_at(&token, over), Err(TokenFault::Invalid));
        assert!(verifier.verify_at(&token, over - 1).is_ok());
        assert_eq!(verifier.verify_at(&token, over), Err(TokenFault::Invalid));
    }

    #[test]
    fn a_token_from_the_future_is_refused() {
        let (signer, pair) = pair_for(ServiceName::Gateway);
        let verifier = trusting("gateway", &pair.public);
        let token = signer.sign_at(&Caller::person("alice"), NOW + LEEWAY_SECONDS + 1);
        assert_eq!(verifier.verify_at(&token, NOW), Err(TokenFault::Invalid));
    }

    #[test]
    fn a_service_speaks_for_itself_only() {
        let (signer, pair) = pair_for(ServiceName::Templates);
        let verifier = trusting("templates", &pair.public);
        for caller in [
            Caller::person("alice"),
            Caller::platform("ops"),
            Caller::service(ServiceName::Subscriptions),
            Caller::setup_contact("bob@example.com", SubscriptionId::new()),
            Caller::anonymous(),
        ] {
            let token = signer.sign_at(&caller, NOW);
            let refused = verifier.verify_at(&token, NOW);
            assert_eq!(refused, Err(TokenFault::NotItsCaller), "{caller:?}");
        }
        let own = Caller::service_for(ServiceName::Templates, "person:alice");
        let token = signer.sign_at(&own, NOW);
        assert_eq!(verifier.verify_at(&token, NOW), Ok(own));
    }

    #[test]
    fn forgeries_are_refused() {
        let (forger, _) = pair_for(ServiceName::Gateway);
        let (signer, pair) = pair_for(ServiceName::Gateway);
        let verifier = trusting("gateway", &pair.public);
        let forged = forger.sign_at(&Caller::platform("mallory"), NOW);
        assert_eq!(verifier.verify_at(&forged, NOW), Err(TokenFault::Invalid));

        let genuine = signer.sign_at(&Caller::person("alice"), NOW);
        let (_, claims, signature) = split(&genuine);
        let unsigned = format!("eyJhbGciOiJub25lIn0.{claims}.");
        assert!(verifier.verify_at(&unsigned, NOW).is_err());
        // The public key as an HMAC secret: the classic confusion of algorithms.
        let confused = jsonwebtoken::encode(
            &jsonwebtoken::Header::new(Algorithm::HS256),
            &Claims::of(ServiceName::Gateway, &Caller::platform("mallory"), NOW),
            &jsonwebtoken::EncodingKey::from_secret(pair.public.as_bytes()),
        )
        .expect("HMAC signs anything");
        assert_eq!(verifier.verify_at(&confused, NOW), Err(TokenFault::Invalid));

        let other = signer.sign_at(&Caller::platform("ops"), NOW);
        let (header, claims, _) = split(&other);
        let spliced = format!("{header}.{claims}.{signature}");
        assert_eq!(verifier.verify_at(&spliced, NOW), Err(TokenFault::Invalid));
        assert_eq!(verifier.verify_at("", NOW), Err(TokenFault::Malformed));

        let (stranger, _) = pair_for(ServiceName::Templates);
        let token = stranger.sign_at(&Caller::service(ServiceName::Templates), NOW);
        assert_eq!(verifier.verify_at(&token, NOW), Err(TokenFault::UnknownIssuer));
    }

    #[test]
    fn old_and_new_key_are_trusted_together() {
        let (old, old_pair) = pair_for(ServiceName::Gateway);
        let (new, new_pair) = pair_for(ServiceName::Gateway);
        let bundle = format!("{}{}", old_pair.public, new_pair.public);
        let verifier = trusting("gateway", &bundle);
        for signer in [old, new] {
            let token = signer.sign_at(&Caller::person("alice"), NOW);
            assert!(verifier.verify_at(&token, NOW).is_ok());
        }
    }

    #[test]
    fn bad_keys_are_found_at_the_start() {
        let pair = keys::generate();
        let one =
            |issuer: &str, pem: &str| TokenVerifier::new(&BTreeMap::from([(issuer.to_owned(), pem.to_owned())])).err();
        let public = |issuer: &str| Some(KeyFault::Public(issuer.to_owned()));
        assert_eq!(one("gateway", ""), public("gateway"));
        assert_eq!(one("gateway", &pair.private), public("gateway"));
        assert_eq!(one("mallory", &pair.public), Some(KeyFault::UnknownIssuer("mallory".to_owned())));
        assert_eq!(one("org_finder", &pair.public), None);
        let signer = TokenSigner::new(ServiceName::Gateway, &pair.public);
        assert_eq!(signer.err(), Some(KeyFault::Private));
    }

    fn split(token: &str) -> (&str, &str, &str) {
        let mut parts = token.split('.');
        let mut next = || parts.next().expect("three parts");
        (next(), next(), next())
    }
}
