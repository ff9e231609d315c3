//! The checks of one token, in order: issuer, algorithm, key, signature, times, audience, claims.

use std::sync::Arc;

use dialtone_status::Fault;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, errors::ErrorKind};
use serde::{Deserialize, de::DeserializeOwned};

use super::{Authenticator, cache::Finding, oidc::Oidc, setup};

#[derive(Deserialize)]
struct Issuer {
    iss: String,
}

impl Authenticator {
    /// Verifies a token that is not in the cache.
    pub(super) async fn verify(&self, token: &str) -> Result<Finding, Fault> {
        // Read unverified only to choose whose keys to verify it with.
        let Issuer { iss } = jsonwebtoken::dangerous::insecure_decode_claims(token).map_err(|_| not_a_token())?;
        let header = jsonwebtoken::decode_header(token).map_err(|_| not_a_token())?;
        // RFC 7515, 4.1.11: extensions that must be understood, and we understand none.
        if header.crit.is_some() {
            return Err(not_a_token());
        }
        if let Some((index, issuer)) = self.oidc.iter().enumerate().find(|(_, i)| i.issuer() == iss) {
            return self.by_oidc(token, &header, index, issuer).await;
        }
        match &self.setup {
            Some(setup) if iss == setup::ISSUER => setup.verify(token, self.leeway_s),
            _ => Err(Fault::unauthenticated("The issuer of the token is not trusted here.")),
        }
    }

    async fn by_oidc(
        &self,
        token: &str,
        header: &jsonwebtoken::Header,
        index: usize,
        issuer: &Arc<Oidc>,
    ) -> Result<Finding, Fault> {
        if !issuer.accepts(header.alg) {
            return Err(Fault::unauthenticated("The token is signed with an algorithm that is not accepted here."));
        }
        let (keys, state) = issuer.keys(header.kid.as_deref(), header.alg).await?;
        let rules = rules(header.alg, issuer.issuer(), issuer.audience(), self.leeway_s);
        let claims = decode(token, &keys, &rules)?;
        let (caller, exp) = issuer.caller(&claims)?;
        Ok(Finding { caller, exp, keys: Some((index, state)) })
    }
}

/// What every token must satisfy, whoever issued it.
pub(super) fn rules(algorithm: Algorithm, issuer: &str, audience: &str, leeway_s: u64) -> Validation {
    let mut rules = Validation::new(algorithm);
    rules.set_issuer(&[issuer]);
    rules.set_audience(&[audience]);
    rules.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    rules.validate_nbf = true;
    rules.leeway = leeway_s;
    rules
}

/// The claims, once one of the keys verifies them. Says which check failed, nothing of the content.
pub(super) fn decode<C>(token: &str, keys: &[DecodingKey], rules: &Validation) -> Result<C, Fault>
where
    C: DeserializeOwned + Clone,
{
    let mut last = ErrorKind::InvalidSignature;
    for key in keys {
        match jsonwebtoken::decode::<C>(token, key, rules) {
            Ok(token) => return Ok(token.claims),
            Err(error) => last = error.into_kind(),
        }
    }
    Err(Fault::unauthenticated(match last {
        ErrorKind::ExpiredSignature => "The token has expired; get a new one.",
        ErrorKind::ImmatureSignature => "The token is not valid yet.",
        ErrorKind::InvalidAudience => "The token is meant for another audience.",
        ErrorKind::InvalidSignature => "The signature of the token does not verify.",
        _ => "The token does not verify.",
    }))
}

pub(super) fn not_a_token() -> Fault {
    Fault::unauthenticated("The authorization header carries no signed token (JWT).")
}
