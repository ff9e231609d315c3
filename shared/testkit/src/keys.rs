//! Identities for tests: a key pair per process, and tokens as the gateway or a service would sign them.

use std::collections::BTreeMap;

use dialtone_authz::{Caller, IDENTITY_HEADER, IdentityConfig, TokenSigner, keys};
use dialtone_ids::{ServiceName, SubscriptionId};

/// Fresh keys of a whole suite.
#[derive(Clone)]
pub struct Keys {
    pairs: BTreeMap<ServiceName, keys::PemPair>,
}

impl Keys {
    /// A pair for every process.
    pub fn generate() -> Keys {
        let pairs = ServiceName::ALL.map(|service| (service, keys::generate()));
        Keys { pairs: BTreeMap::from(pairs) }
    }

    /// What `service` is configured with: its own private key, and trust in all the others.
    pub fn identity(&self, service: ServiceName) -> IdentityConfig {
        let trusted = self.pairs.iter();
        IdentityConfig {
            private_key: Some(self.pairs[&service].private.clone().into()),
            trusted: trusted.map(|(issuer, pair)| (issuer.to_string(), pair.public.clone())).collect(),
        }
    }

    /// Signs as this process.
    pub fn signer(&self, service: ServiceName) -> TokenSigner {
        TokenSigner::new(service, &self.pairs[&service].private).expect("the key was just made")
    }

    /// The token that the gateway passes on for a person.
    pub fn token_for(&self, subject: &str) -> String {
        self.gateway(&Caller::person(subject))
    }

    /// The token that the gateway passes on for the provider's staff.
    pub fn platform(&self) -> String {
        self.gateway(&Caller::platform("staff"))
    }

    /// The token that the gateway passes on for a contact in the set-up session of `subscription`.
    pub fn setup_contact(&self, address: &str, subscription: SubscriptionId) -> String {
        self.gateway(&Caller::setup_contact(address, subscription))
    }

    /// The token that the gateway passes on for somebody without credentials.
    pub fn anonymous(&self) -> String {
        self.gateway(&Caller::anonymous())
    }

    /// The token of a service that calls in its own right.
    pub fn service(&self, service: ServiceName) -> String {
        self.signer(service).token_as_self(None).to_string()
    }

    /// The token of a service that calls because of a person.
    pub fn service_for(&self, service: ServiceName, subject: &str) -> String {
        let cause = Caller::person(subject);
        self.signer(service).token_as_self(Some(&cause)).to_string()
    }

    fn gateway(&self, caller: &Caller) -> String {
        self.signer(ServiceName::Gateway).token(caller).to_string()
    }
}

/// A request with this internal token.
pub fn request<T>(token: &str, message: T) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    let token = token.parse().expect("a token is ASCII");
    request.metadata_mut().insert(IDENTITY_HEADER, token);
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_service_believes_the_tokens_of_its_own_suite_only() {
        let (keys, other) = (Keys::generate(), Keys::generate());
        let verifier = keys.identity(ServiceName::Templates).verifier();
        let verifier = verifier.expect("the keys are right");
        let subscription = SubscriptionId::new();
        let callers = [
            (keys.token_for("anna"), Caller::person("anna")),
            (keys.platform(), Caller::platform("staff")),
            (keys.setup_contact("a@b.example", subscription), Caller::setup_contact("a@b.example", subscription)),
            (keys.service(ServiceName::Subscriptions), Caller::service(ServiceName::Subscriptions)),
        ];
        for (token, caller) in callers {
            assert_eq!(verifier.verify(&token), Ok(caller));
        }
        assert!(verifier.verify(&other.platform()).is_err());
    }
}
