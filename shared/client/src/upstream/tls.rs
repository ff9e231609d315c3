//! The TLS side of a connection: from PEM files to a rustls configuration.

use std::{io, path::Path, path::PathBuf, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};

use crate::settings::TlsSettings;

/// The TLS settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BadTls {
    /// A file is missing or is not the PEM it should be.
    #[error("{file}: {cause}")]
    File {
        /// Which.
        file: PathBuf,
        /// What is wrong with it.
        cause: String,
    },
    /// `cert_file` and `key_file` are given together or not at all.
    #[error("cert_file and key_file belong together")]
    HalfIdentity,
    /// The name in `server_name` or in the target is no host name.
    #[error("`{0}` is no server name")]
    ServerName(String),
    /// The parts are readable but do not fit each other.
    #[error(transparent)]
    Rustls(#[from] rustls::Error),
}

/// The configuration and the name to verify; none when `settings` is absent.
pub(super) fn client(
    settings: Option<&TlsSettings>,
    host: &str,
) -> Result<Option<(Arc<ClientConfig>, ServerName<'static>)>, BadTls> {
    let Some(settings) = settings else {
        return Ok(None);
    };
    let mut roots = RootCertStore::empty();
    for certificate in certificates(&settings.ca_file)? {
        roots.add(certificate)?;
    }
    let builder = ClientConfig::builder().with_root_certificates(roots);
    let mut config = match (&settings.cert_file, &settings.key_file) {
        (None, None) => builder.with_no_client_auth(),
        (Some(cert), Some(key)) => {
            let key_der = PrivateKeyDer::from_pem_file(key).map_err(|e| bad(key, e))?;
            builder.with_client_auth_cert(certificates(cert)?, key_der)?
        }
        _ => return Err(BadTls::HalfIdentity),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let name = settings.server_name.as_deref().unwrap_or(host).to_owned();
    let name = ServerName::try_from(name.clone()).map_err(|_| BadTls::ServerName(name))?;
    Ok(Some((Arc::new(config), name)))
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, BadTls> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(file).map_err(|e| bad(file, e))?.collect();
    match found {
        Ok(list) if list.is_empty() => Err(bad(file, io::ErrorKind::InvalidData)),
        Ok(list) => Ok(list),
        Err(error) => Err(bad(file, error)),
    }
}

fn bad(file: &Path, cause: impl ToString) -> BadTls {
    BadTls::File { file: file.to_owned(), cause: cause.to_string() }
}
