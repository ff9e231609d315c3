//! The development issuer: an OpenID Connect issuer for the local suite. It publishes a discovery document and its
//! keys over HTTP and signs tokens for `make token`. Not for production: whoever can read the key folder can sign.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use tokio::net::TcpListener;

/// The audience that the gateway of the local suite expects.
pub const AUDIENCE: &str = "dialtone";

/// Claim that carries `platform` for the service provider's own staff.
pub const ROLES_CLAIM: &str = "dialtone_roles";

/// The role of the service provider's own staff in [`ROLES_CLAIM`].
pub const PLATFORM_ROLE: &str = "platform";

const KEY_ID: &str = "dev-1";

/// Signs tokens as the development issuer and knows its public key.
pub struct Issuer {
    url: String,
    pkcs8: Vec<u8>,
    public: Vec<u8>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'static str,
    sub: &'a str,
    iat: u64,
    exp: u64,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    dialtone_roles: &'a [&'a str],
}

impl Issuer {
    /// Opens the issuer's key in `keys`, creating it the first time. `port` is where [`serve`](Self::serve) listens.
    pub fn open(keys: &Path, port: u16) -> anyhow::Result<Self> {
        let file = key_file(keys);
        if !file.exists() {
            let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new())?;
            std::fs::write(&file, key.as_ref())?;
        }
        let pkcs8 = std::fs::read(&file).with_context(|| format!("reading {}", file.display()))?;
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pkcs8)?;
        let public = pair.public_key().as_ref().to_vec();
        Ok(Self { url: format!("http://127.0.0.1:{port}"), pkcs8, public })
    }

    /// The issuer's identifier, which is also where its discovery document is found.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A token for `subject`, valid for `life`; `roles` go into [`ROLES_CLAIM`].
    pub fn token(&self, subject: &str, roles: &[&str], life: Duration) -> anyhow::Result<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let claims = Claims {
            iss: &self.url,
            aud: AUDIENCE,
            sub: subject,
            iat: now,
            exp: now + life.as_secs(),
            dialtone_roles: roles,
        };
        let header = Header { kid: Some(KEY_ID.into()), ..Header::new(Algorithm::ES256) };
        Ok(jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ec_der(&self.pkcs8))?)
    }

    /// Serves the discovery document and the keys until the process ends.
    pub async fn serve(self, port: u16) -> anyhow::Result<()> {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await?;
        let issuer = std::sync::Arc::new(self);
        loop {
            let (stream, _) = listener.accept().await?;
            let issuer = issuer.clone();
            tokio::spawn(async move {
                let answer = service_fn(|request: Request<Incoming>| {
                    let response = issuer.answer(request.uri().path());
                    async move { Ok::<_, Infallible>(response) }
                });
                // A client that goes away is its own affair.
                let _ = auto::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer).await;
            });
        }
    }

    fn answer(&self, path: &str) -> Response<Full<Bytes>> {
        let document = match path {
            "/.well-known/openid-configuration" => self.discovery(),
            "/keys" => self.keys(),
            _ => {
                let mut response = Response::new(Full::default());
                *response.status_mut() = StatusCode::NOT_FOUND;
                return response;
            }
        };
        let mut response = Response::new(Full::from(document.to_string()));
        response
            .headers_mut()
            .insert(hyper::header::CONTENT_TYPE, hyper::header::HeaderValue::from_static("application/json"));
        response
    }

    fn discovery(&self) -> serde_json::Value {
        serde_json::json!({
            "issuer": self.url,
            "jwks_uri": format!("{}/keys", self.url),
            "id_token_signing_alg_values_supported": ["ES256"],
            "response_types_supported": ["id_token"],
            "subject_types_supported": ["public"],
        })
    }

    fn keys(&self) -> serde_json::Value {
        // An uncompressed point: a marker byte, then x and y of 32 bytes each.
        let (x, y) = self.public[1..].split_at(32);
        serde_json::json!({"keys": [{
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": KEY_ID,
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        }]})
    }
}

fn key_file(keys: &Path) -> PathBuf {
    keys.join("issuer.pkcs8")
}
