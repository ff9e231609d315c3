//! Mutual TLS: who shows no certificate of ours is not spoken to.

use std::{fs, path::PathBuf, sync::Arc};

use bytes::Bytes;
use dialtone_server::{ServeConfig, TlsConfig};
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http2::handshake;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{PrivateKeyDer, ServerName},
};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::support::{Running, config, start};

/// Certificates of one authority, as files in a folder of their own.
struct Pki {
    folder: PathBuf,
    ca: CertifiedIssuer<'static, KeyPair>,
}

impl Pki {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("dialtone-tls-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for files");
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("a certificate");
        Self { folder, ca }
    }

    fn file(&self, name: &str, content: &str) -> PathBuf {
        let path = self.folder.join(name);
        fs::write(&path, content).expect("a file");
        path
    }

    fn issue(&self) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
        (params.signed_by(&key, &self.ca).expect("a certificate"), key)
    }

    fn serving(&self) -> ServeConfig {
        let (certificate, key) = self.issue();
        let mut config = config();
        config.tls = Some(TlsConfig {
            cert_file: self.file("cert.pem", &certificate.pem()),
            key_file: self.file("key.pem", &key.serialize_pem()),
            client_ca_file: Some(self.file("ca.pem", &self.ca.pem())),
        });
        config
    }

    /// A client that trusts this authority, with a certificate of `own` if there is one.
    fn client(&self, own: Option<&Pki>) -> ClientConfig {
        dialtone_server::install_crypto();
        let mut roots = RootCertStore::empty();
        roots.add(self.ca.der().clone()).expect("a certificate");
        let builder = ClientConfig::builder().with_root_certificates(roots);
        let mut client = match own {
            None => builder.with_no_client_auth(),
            Some(own) => {
                let (certificate, key) = own.issue();
                let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
                builder.with_client_auth_cert(vec![certificate.der().clone()], key).expect("a pair")
            }
        };
        client.alpn_protocols.push(b"h2".to_vec());
        client
    }
}

impl Drop for Pki {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A health check over TLS; the gRPC status, or none if the server did not speak to us.
async fn check(running: &Running, client: ClientConfig) -> Option<String> {
    let stream = TcpStream::connect(running.address).await.expect("it listens");
    let name = ServerName::try_from("localhost").expect("a name");
    let stream = TlsConnector::from(Arc::new(client)).connect(name, stream).await.ok()?;
    let (mut sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(stream)).await.ok()?;
    tokio::spawn(connection);
    let request = Request::post("https://localhost/grpc.health.v1.Health/Check")
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(Full::new(Bytes::from_static(b"\0\0\0\0\0")))
        .expect("a request");
    let answer = sender.send_request(request).await.ok()?.into_body().collect().await.ok()?;
    let status = answer.trailers()?.get("grpc-status")?;
    Some(status.to_str().expect("a number").to_owned())
}

#[tokio::test]
async fn only_clients_with_a_certificate_of_ours_are_served() {
    let (ours, theirs) = (Pki::new("ours"), Pki::new("theirs"));
    let running = start(ours.serving()).await;
    assert_eq!(check(&running, ours.client(Some(&ours))).await.as_deref(), Some("0"));
    assert_eq!(check(&running, ours.client(None)).await, None, "no certificate");
    assert_eq!(check(&running, ours.client(Some(&theirs))).await, None, "one of another authority");
}
