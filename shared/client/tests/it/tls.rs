//! Mutual TLS towards an upstream.

use crate::replica::{Does, Replica, connected, echo};
use dialtone_client::{Resend, TlsSettings, Upstream, UpstreamSettings};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{PrivateKeyDer, pem::PemObject as _},
    server::WebPkiClientVerifier,
};
use std::{fs, net::SocketAddr, num::NonZeroU64, path::PathBuf, sync::Arc};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// One authority and the files it gives out.
struct Authority {
    ca: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate");
        Self { ca, folder: TempDir::new().expect("a temporary folder") }
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).expect("it is writable");
        path
    }

    fn issue(&self) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["replica.test".to_owned()]).expect("a name");
        (params.signed_by(&key, &self.ca).expect("a certificate"), key)
    }

    /// What a client of this authority needs, with or without a certificate of its own.
    fn settings(&self, own: bool) -> TlsSettings {
        let (certificate, key) = self.issue();
        TlsSettings {
            ca_file: self.file("ca.pem", &self.ca.pem()),
            cert_file: own.then(|| self.file("cert.pem", &certificate.pem())),
            key_file: own.then(|| self.file("key.pem", &key.serialize_pem())),
            server_name: Some("replica.test".to_owned()),
        }
    }

    /// Ends TLS before the replica, for clients that show a certificate of this authority.
    async fn guard(&self, replica: &Replica) -> SocketAddr {
        let mut roots = RootCertStore::empty();
        roots.add(self.ca.der().clone()).expect("a certificate");
        let (certificate, key) = self.issue();
        let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).expect("a key");
        let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().expect("an authority");
        let mut config = ServerConfig::builder()
            .with_client_cert_verifier(verifier)
            .with_single_cert(vec![certificate.der().clone()], key)
            .expect("they fit");
        config.alpn_protocols = vec![b"h2".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("the loopback has free ports");
        let (address, behind) = (listener.local_addr().expect("it is bound"), replica.address);
        tokio::spawn(async move {
            while let Ok((tcp, _)) = listener.accept().await {
                let acceptor = acceptor.clone();
                tokio::spawn(async move {
                    let mut outside = acceptor.accept(tcp).await.ok()?;
                    let mut inside = TcpStream::connect(behind).await.ok()?;
                    tokio::io::copy_bidirectional(&mut outside, &mut inside).await.ok()
                });
            }
        });
        address
    }
}

fn upstream(address: SocketAddr, tls: TlsSettings) -> Upstream {
    let mut settings = UpstreamSettings::new(address.to_string());
    settings.connection_wait_ms = NonZeroU64::new(300).expect("not zero");
    settings.tls = Some(tls);
    Upstream::connect("test", &settings).expect("good settings")
}

#[tokio::test]
async fn both_sides_know_each_other() {
    let (replica, authority) = (Replica::start(Does::Echo).await, Authority::new());
    let upstream = upstream(authority.guard(&replica).await, authority.settings(true));
    connected(&upstream, 1).await;
    echo(&upstream, "secret", Resend::Untouched).await.expect("answered");
    let requests = replica.seen.requests.lock().expect("not poisoned");
    assert_eq!(requests[0].uri.scheme_str(), Some("https"));
}

#[tokio::test]
async fn a_server_of_another_authority_is_not_called() {
    let (replica, authority) = (Replica::start(Does::Echo).await, Authority::new());
    let upstream = upstream(Authority::new().guard(&replica).await, authority.settings(true));
    echo(&upstream, "secret", Resend::Untouched).await.expect_err("nobody to trust");
    assert_eq!(replica.count(), 0);
}

#[tokio::test]
async fn without_a_certificate_a_server_that_wants_one_is_not_reached() {
    let (replica, authority) = (Replica::start(Does::Echo).await, Authority::new());
    let upstream = upstream(authority.guard(&replica).await, authority.settings(false));
    echo(&upstream, "secret", Resend::Untouched).await.expect_err("nobody lets us in");
    assert_eq!(replica.count(), 0);
}

#[test]
fn half_an_identity_and_missing_files_are_found_at_the_start() {
    let authority = Authority::new();
    let mut half = authority.settings(true);
    half.key_file = None;
    let mut missing = authority.settings(true);
    missing.ca_file = "no/such/file".into();
    for tls in [half, missing] {
        let mut settings = UpstreamSettings::new("replica.test:1");
        settings.tls = Some(tls);
        assert!(Upstream::connect("test", &settings).is_err());
    }
}
