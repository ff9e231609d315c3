//! Fetches small documents over http and https: one connection for each, a limit on size and time, no redirects.

use std::{path::Path, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, StatusCode, Uri, header};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::BadIssuer;

const TIME: Duration = Duration::from_secs(5);
const MAX_BYTES: usize = 512 * 1024;

/// Why a document was not had.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("it took too long")]
    Timeout,
    #[error("`{0}` is no http or https URL")]
    Url(String),
    #[error("answered {0}")]
    Answer(StatusCode),
    #[error("unreadable answer: {0}")]
    Body(Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Http(#[from] hyper::Error),
}

/// Fetches from one issuer.
pub(super) struct Fetcher {
    tls: TlsConnector,
}

/// Where a URL leads.
struct Place {
    secure: bool,
    host: String,
    port: u16,
}

impl Fetcher {
    /// Trusts the authorities in `ca_file`, or the public ones.
    pub(super) fn new(ca_file: Option<&Path>) -> Result<Self, BadIssuer> {
        let mut roots = RootCertStore::empty();
        match ca_file {
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(file) => {
                let bad = |cause: String| BadIssuer::File { file: file.to_owned(), cause };
                let found = CertificateDer::pem_file_iter(file).map_err(|e| bad(e.to_string()))?;
                for certificate in found {
                    let certificate = certificate.map_err(|e| bad(e.to_string()))?;
                    roots.add(certificate).map_err(|e| bad(e.to_string()))?;
                }
            }
        }
        let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        Ok(Self { tls: TlsConnector::from(Arc::new(config)) })
    }

    /// Whether `url` could be fetched.
    pub(super) fn check(url: &str) -> Result<(), BadIssuer> {
        parse(url).map(drop).ok_or_else(|| BadIssuer::Url(url.to_owned()))
    }

    /// The document at `url`.
    pub(super) async fn get(&self, url: &str) -> Result<Bytes, FetchError> {
        timeout(TIME, self.get_slowly(url)).await.unwrap_or(Err(FetchError::Timeout))
    }

    async fn get_slowly(&self, url: &str) -> Result<Bytes, FetchError> {
        let (uri, place) = parse(url).ok_or_else(|| FetchError::Url(url.to_owned()))?;
        let tcp = TcpStream::connect((place.host.as_str(), place.port)).await?;
        if !place.secure {
            return exchange(tcp, &uri).await;
        }
        let name = ServerName::try_from(place.host).map_err(|_| FetchError::Url(url.to_owned()))?;
        exchange(self.tls.connect(name, tcp).await?, &uri).await
    }
}

fn parse(url: &str) -> Option<(Uri, Place)> {
    let uri: Uri = url.parse().ok()?;
    let secure = match uri.scheme_str()? {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    let place = Place {
        secure,
        host: uri.host()?.trim_matches(['[', ']']).to_owned(),
        port: uri.port_u16().unwrap_or(if secure { 443 } else { 80 }),
    };
    Some((uri, place))
}

async fn exchange<T>(io: T, uri: &Uri) -> Result<Bytes, FetchError>
where
    T: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(io)).await?;
    // Ends when the sender is dropped, at the end of this function at the latest.
    tokio::spawn(connection);
    let path = uri.path_and_query().map_or("/", |p| p.as_str());
    let host = uri.authority().map_or("", |a| a.as_str());
    let request = Request::get(path)
        .header(header::HOST, host)
        .header(header::ACCEPT, "application/json")
        .body(Empty::<Bytes>::new())
        .map_err(|e| FetchError::Body(e.into()))?;
    let answer = sender.send_request(request).await?;
    if answer.status() != StatusCode::OK {
        return Err(FetchError::Answer(answer.status()));
    }
    let body = Limited::new(answer.into_body(), MAX_BYTES).collect().await;
    Ok(body.map_err(FetchError::Body)?.to_bytes())
}
