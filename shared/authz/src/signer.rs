//! Signs internal tokens.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use dialtone_ids::ServiceName;
use jsonwebtoken::{Algorithm, EncodingKey, Header};

use crate::{
    Caller, CallerKind, KeyFault,
    claims::{Claims, LIFE_SECONDS},
};

/// How many callers' tokens are kept; a gateway sees many callers at once.
const CACHED_TOKENS: u64 = 10_000;

/// Signs the tokens of one process. Cheap to clone; one per process.
#[derive(Clone)]
pub struct TokenSigner {
    issuer: ServiceName,
    key: Arc<EncodingKey>,
    /// Signing costs tens of microseconds, so a caller's token is used again until half its life is over.
    signed: moka::sync::Cache<Caller, Arc<str>>,
}

impl fmt::Debug for TokenSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSigner").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl TokenSigner {
    /// A signer for `issuer` with its private key, a PKCS#8 PEM.
    pub fn new(issuer: ServiceName, private_pem: &str) -> Result<Self, KeyFault> {
        let key = EncodingKey::from_ed_pem(private_pem.as_bytes()).map_err(|_| KeyFault::Private)?;
        // Signs once, so that a key that cannot sign is found at the start and `token` need not fail.
        encode(&key, &Claims::of(issuer, &Caller::service(issuer), 0)).ok_or(KeyFault::Private)?;
        Ok(Self {
            issuer,
            key: Arc::new(key),
            signed: moka::sync::Cache::builder()
                .max_capacity(CACHED_TOKENS)
                .time_to_live(Duration::from_secs(LIFE_SECONDS / 2))
                .build(),
        })
    }

    /// The process that signs.
    pub fn issuer(&self) -> ServiceName {
        self.issuer
    }

    /// A token that says `caller` calls, good for at least half a minute. Only the gateway is believed for callers other than
    /// itself; a service uses [`TokenSigner::token_as_self`].
    pub fn token(&self, caller: &Caller) -> Arc<str> {
        self.signed.get_with_by_ref(caller, || self.sign_at(caller, unix_seconds()).into())
    }

    /// A token by which this process calls another in its own right, because of a call by `cause`.
    pub fn token_as_self(&self, cause: Option<&Caller>) -> Arc<str> {
        let own = match cause {
            Some(Caller { kind: CallerKind::Service(service), on_behalf_of: None, .. }) if *service == self.issuer => {
                Caller::service(self.issuer)
            }
            Some(cause) => Caller::service_for(self.issuer, cause.origin()),
            None => Caller::service(self.issuer),
        };
        self.token(&own)
    }

    /// Signs without the cache; `now` in seconds since 1970.
    pub(crate) fn sign_at(&self, caller: &Caller, now: u64) -> String {
        encode(&self.key, &Claims::of(self.issuer, caller, now)).expect("a key that signed once signs again")
    }
}

fn encode(key: &EncodingKey, claims: &Claims) -> Option<String> {
    jsonwebtoken::encode(&Header::new(Algorithm::EdDSA), claims, key).ok()
}

pub(crate) fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys;

    #[test]
    fn a_callers_token_is_signed_once() {
        let pair = keys::generate();
        let signer = TokenSigner::new(ServiceName::Gateway, &pair.private).expect("a fresh key");
        let alice = signer.token(&Caller::person("alice"));
        assert!(Arc::ptr_eq(&alice, &signer.token(&Caller::person("alice"))));
        assert!(!Arc::ptr_eq(&alice, &signer.token(&Caller::platform("alice"))));
    }

    #[test]
    fn a_service_passes_on_who_began_the_chain() {
        let pair = keys::generate();
        let own = ServiceName::UserProvisioning;
        let signer = TokenSigner::new(own, &pair.private).expect("a fresh key");
        let cause = Caller::service_for(ServiceName::Subscriptions, "person:alice");
        let token = signer.token_as_self(Some(&cause));
        let expected = signer.token(&Caller::service_for(own, "person:alice"));
        assert!(Arc::ptr_eq(&token, &expected));
        let plain = signer.token(&Caller::service(own));
        assert!(Arc::ptr_eq(&signer.token_as_self(None), &plain));
        let job = crate::Ctx::job(own, "purge").caller;
        assert!(Arc::ptr_eq(&signer.token_as_self(Some(&job)), &plain));
    }
}
