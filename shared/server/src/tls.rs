//! TLS from files.

use std::{fs, io, path::Path, sync::Arc};

use rustls::{
    RootCertStore, ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
    server::WebPkiClientVerifier,
};
use tokio_rustls::TlsAcceptor;

use crate::TlsConfig;

/// Reads the files and makes an acceptor that speaks HTTP/2, and HTTP/1.1 if `http1`.
pub(crate) fn acceptor(config: &TlsConfig, http1: bool) -> io::Result<TlsAcceptor> {
    let chain = certificates(&config.cert_file)?;
    let key = PrivateKeyDer::from_pem_slice(&read(&config.key_file)?).map_err(|e| unusable(&config.key_file, &e))?;
    let builder = match &config.client_ca_file {
        None => ServerConfig::builder().with_no_client_auth(),
        Some(file) => {
            let mut roots = RootCertStore::empty();
            for certificate in certificates(file)? {
                roots.add(certificate).map_err(|e| unusable(file, &e))?;
            }
            let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build();
            let verifier = verifier.map_err(|e| unusable(file, &e))?;
            ServerConfig::builder().with_client_cert_verifier(verifier)
        }
    };
    let mut server = builder.with_single_cert(chain, key).map_err(|e| unusable(&config.cert_file, &e))?;
    server.alpn_protocols.push(b"h2".to_vec());
    if http1 {
        server.alpn_protocols.push(b"http/1.1".to_vec());
    }
    Ok(TlsAcceptor::from(Arc::new(server)))
}

fn certificates(file: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(file)?).collect();
    let certificates = certificates.map_err(|e| unusable(file, &e))?;
    if certificates.is_empty() {
        return Err(unusable(file, &"it holds no certificate"));
    }
    Ok(certificates)
}

fn read(file: &Path) -> io::Result<Vec<u8>> {
    fs::read(file).map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", file.display())))
}

fn unusable(file: &Path, why: &dyn std::fmt::Display) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{}: {why}", file.display()))
}
