//! Ed25519 key pairs in PEM: made here for the local suite and for tests, read here for signer and verifier.

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    signature::{Ed25519KeyPair, KeyPair as _},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A key that cannot be used. Carries no key material.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// The private key is no PKCS#8 PEM of an Ed25519 key.
    #[error("the private key is not an Ed25519 key in PKCS#8 PEM")]
    Private,
    /// A trusted key is no PEM of an Ed25519 public key.
    #[error("the trusted key of {0} is not an Ed25519 public key in PEM")]
    Public(String),
    /// A trusted issuer is no process of the suite.
    #[error("`{0}` is no service of the suite and cannot be trusted")]
    UnknownIssuer(String),
    /// The service must sign tokens and has no key.
    #[error("no private key is configured")]
    Missing,
}

/// A key pair as configuration takes it.
#[derive(Clone)]
pub struct PemPair {
    /// PKCS#8 PEM; secret.
    pub private: String,
    /// SubjectPublicKeyInfo PEM.
    pub public: String,
}

/// A fresh Ed25519 pair.
///
/// # Panics
/// If the system has no randomness to give.
pub fn generate() -> PemPair {
    let pair = Ed25519KeyPair::generate().expect("the system's random generator works");
    // Version 1 of the format, without the public key: what every reader takes.
    let private = pair.to_pkcs8v1().expect("a fresh key has an encoding");
    let public: PublicKeyX509Der = pair.public_key().as_der().expect("a fresh key has an encoding");
    PemPair { private: pem("PRIVATE KEY", private.as_ref()), public: pem("PUBLIC KEY", public.as_ref()) }
}

fn pem(label: &str, der: &[u8]) -> String {
    let body = STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for line in body.as_bytes().chunks(64) {
        out.extend(line.iter().map(|&b| char::from(b)));
        out.push('\n');
    }
    out.push_str(&format!("-----END {label}-----\n"));
    out
}

/// The blocks of a PEM bundle, one text each: while a key rotates, the old and the new one are trusted together.
pub(crate) fn blocks(bundle: &str) -> Vec<String> {
    const BEGIN: &str = "-----BEGIN ";
    bundle.split(BEGIN).skip(1).map(|rest| format!("{BEGIN}{rest}")).collect()
}
