//! One unary gRPC call as bytes: what is sent, what must come back, and the check that it did.

use anyhow::{Context, bail, ensure};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http2::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, TE};
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo};
use prost::Message;
use tokio::net::TcpStream;

/// A connection over which many calls go at once.
pub type Connection = SendRequest<Full<Bytes>>;

/// A call and its right answer, both as they travel.
#[derive(Clone)]
pub struct Exchange {
    request: Bytes,
    answer: Bytes,
}

/// Where calls go, and as whom.
#[derive(Clone)]
pub struct Target {
    port: u16,
    uri: Uri,
    credential: (HeaderName, HeaderValue),
}

impl Target {
    /// `path` is the method's, `/package.Service/Method`.
    pub fn new(port: u16, path: &str, credential: (HeaderName, HeaderValue)) -> anyhow::Result<Target> {
        Ok(Target { port, uri: format!("http://127.0.0.1:{port}{path}").parse()?, credential })
    }

    /// Opens a connection.
    pub async fn connect(&self) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await?;
        // Its end shows in the calls on it.
        tokio::spawn(connection);
        Ok(sender)
    }

    fn request(&self, message: Bytes) -> Request<Full<Bytes>> {
        let mut request = Request::new(Full::new(message));
        *request.method_mut() = hyper::Method::POST;
        *request.uri_mut() = self.uri.clone();
        let headers = request.headers_mut();
        headers.insert(TE, HeaderValue::from_static("trailers"));
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert(self.credential.0.clone(), self.credential.1.clone());
        request
    }
}

impl Exchange {
    /// Learns the answer from the service itself; `check` says whether it is right.
    pub async fn learn<A: Message + Default>(
        target: &Target,
        message: &impl Message,
        check: impl FnOnce(&A) -> anyhow::Result<()>,
    ) -> anyhow::Result<Exchange> {
        let request = framed(message);
        let mut connection = target.connect().await?;
        let answer = answered(connection.send_request(target.request(request.clone())).await?).await?;
        let body = answer.get(5..).context("the answer has no message")?;
        check(&A::decode(body)?)?;
        Ok(Exchange { request, answer })
    }

    /// Makes the call; an error unless the answer is OK and the very same.
    pub async fn make(&self, target: &Target, connection: &mut Connection) -> anyhow::Result<()> {
        // HTTP/2 connections of hyper are always ready, or closed, which the call tells.
        let answer = answered(connection.send_request(target.request(self.request.clone())).await?).await?;
        ensure!(answer == self.answer, "an answer differs from the one that the service gave itself");
        Ok(())
    }
}

/// The frame of a message: not compressed, its length, itself.
fn framed(message: &impl Message) -> Bytes {
    let body = message.encode_to_vec();
    let length = u32::try_from(body.len()).expect("a message of the benchmark is short");
    let mut frame = vec![0];
    frame.extend(length.to_be_bytes());
    frame.extend(body);
    frame.into()
}

/// The frames of an answer whose status is OK.
async fn answered(response: Response<Incoming>) -> anyhow::Result<Bytes> {
    ensure!(response.status() == StatusCode::OK, "HTTP status {}", response.status());
    refuse_failure(response.headers())?;
    let body = response.into_body().collect().await?;
    let trailers = body.trailers().context("an answer without trailers")?;
    ensure!(trailers.contains_key("grpc-status"), "an answer without grpc-status");
    refuse_failure(trailers)?;
    Ok(body.to_bytes())
}

fn refuse_failure(headers: &HeaderMap) -> anyhow::Result<()> {
    match headers.get("grpc-status") {
        None => Ok(()),
        Some(code) if code == "0" => Ok(()),
        Some(code) => bail!("grpc-status {code:?}: {:?}", headers.get("grpc-message")),
    }
}
