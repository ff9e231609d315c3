//! A small OIDC issuer whose keys and mood the test decides.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{SystemTime, UNIX_EPOCH},
};

use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der},
    rsa::{KeyPair as RsaKeyPair, KeySize},
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::rt::TokioIo;
use jsonwebtoken::{Algorithm, EncodingKey, Header, jwk::Jwk};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A signing key with its id.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) kid: String,
    pub(crate) algorithm: Algorithm,
    key: EncodingKey,
}

impl Key {
    pub(crate) fn ed(kid: &str) -> Self {
        let pem = dialtone_authz::keys::generate().private;
        let key = EncodingKey::from_ed_pem(pem.as_bytes()).expect("a fresh key");
        Self { kid: kid.to_owned(), algorithm: Algorithm::EdDSA, key }
    }

    pub(crate) fn ec(kid: &str) -> Self {
        let rng = aws_lc_rs::rand::SystemRandom::new();
        let der = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng).expect("a fresh key");
        Self { kid: kid.to_owned(), algorithm: Algorithm::ES256, key: EncodingKey::from_ec_der(der.as_ref()) }
    }

    pub(crate) fn rsa(kid: &str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).expect("a fresh key");
        let der: Pkcs8V1Der = pair.as_der().expect("a fresh key has an encoding");
        // PKCS#8 of a 2048-bit key is 26 bytes of envelope around the PKCS#1 that is wanted here.
        Self { kid: kid.to_owned(), algorithm: Algorithm::RS256, key: EncodingKey::from_rsa_der(&der.as_ref()[26..]) }
    }

    fn jwk(&self) -> Value {
        let mut jwk = Jwk::from_encoding_key(&self.key, self.algorithm).expect("it has a public half");
        jwk.common.key_id = Some(self.kid.clone());
        serde_json::to_value(jwk).expect("it is JSON")
    }

    /// Signs these claims with a header of this key.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = Some(self.kid.clone());
        self.sign_with(&header, claims)
    }

    pub(crate) fn sign_with(&self, header: &Header, claims: &Value) -> String {
        jsonwebtoken::encode(header, claims, &self.key).expect("it signs")
    }
}

pub(crate) struct Issuer {
    pub(crate) url: String,
    address: SocketAddr,
    state: Arc<Mutex<State>>,
}

struct State {
    url: String,
    claims_to_be: Option<String>,
    keys: Vec<Value>,
    down: bool,
    fetched: usize,
}

impl Issuer {
    pub(crate) async fn start(keys: &[&Key]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("the loopback has free ports");
        let address: SocketAddr = listener.local_addr().expect("it is bound");
        let url = format!("http://{address}/tenant");
        let state = State { url: url.clone(), claims_to_be: None, keys: vec![], down: false, fetched: 0 };
        let issuer = Self { url, address, state: Arc::new(Mutex::new(state)) };
        issuer.publish(keys);
        let state = Arc::clone(&issuer.state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = Arc::clone(&state);
                let handler = service_fn(move |request| {
                    let answer = answer(&state, &request);
                    async move { Ok::<_, Infallible>(answer) }
                });
                tokio::spawn(
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), handler),
                );
            }
        });
        issuer
    }

    /// Is found at another URL: something stands before it.
    pub(crate) fn moved(&mut self, url: String) {
        self.lock().url = url.clone();
        self.url = url;
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn publish(&self, keys: &[&Key]) {
        self.lock().keys = keys.iter().map(|key| key.jwk()).collect();
    }

    pub(crate) fn down(&self, down: bool) {
        self.lock().down = down;
    }

    /// Says in discovery that it is another.
    pub(crate) fn claim_to_be(&self, other: &str) {
        self.lock().claims_to_be = Some(other.to_owned());
    }

    /// How often the keys were fetched.
    pub(crate) fn fetched(&self) -> usize {
        self.lock().fetched
    }

    /// The claims of a good token.
    pub(crate) fn claims(&self) -> Value {
        json!({
            "iss": self.url,
            "aud": "dialtone",
            "sub": "alice",
            "exp": now() + 600,
            "nbf": now() - 10,
        })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().expect("not poisoned")
    }
}

fn answer(state: &Mutex<State>, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let mut state = state.lock().expect("not poisoned");
    let document = match request.uri().path() {
        _ if state.down => None,
        "/tenant/.well-known/openid-configuration" => {
            let issuer = state.claims_to_be.clone().unwrap_or_else(|| state.url.clone());
            Some(json!({"issuer": issuer, "jwks_uri": format!("{}/keys", state.url)}))
        }
        "/tenant/keys" => {
            state.fetched += 1;
            // What issuers publish beside the keys we know.
            let strange = json!({"kty": "strange", "kid": "x", "value": 1});
            Some(json!({"keys": state.keys.iter().cloned().chain([strange]).collect::<Vec<_>>()}))
        }
        _ => None,
    };
    let mut response = Response::new(Full::default());
    match document {
        Some(document) => *response.body_mut() = Full::from(document.to_string()),
        None => *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE,
    }
    response
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}
