//! A gateway with an issuer and a backend for each service, and a client.

use std::{io::Write as _, net::SocketAddr, sync::Arc};

use bytes::Bytes;
use dialtone_authz::{Caller, IDENTITY_HEADER, TokenVerifier, keys};
use dialtone_config::load_from;
use futures::{Stream, stream};
use gateway::{
    api::{BoundListener, Gateway},
    auth::Authenticator,
    config::{Config, DEFAULTS},
    upstream::Services,
};
use http::{HeaderMap, Uri, uri::PathAndQuery};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::{sync::oneshot, task::JoinHandle};
use tonic::{
    Request, Response, Status, Streaming,
    body::Body,
    client::Grpc,
    metadata::{KeyAndValueRef, MetadataMap, MetadataValue},
};

use crate::{
    backend::{Backend, Seen, within},
    issuer::{Issuer, Key},
    raw::Raw,
};

/// Methods the tests call, by what they are declared to be.
pub(crate) const READ: &str = "/dialtone.orgfinder.v1.OrganizationService/GetOrganization";
pub(crate) const CHANGE: &str = "/dialtone.orgfinder.v1.OrganizationService/CreateOrganization";
pub(crate) const CLIENT_STREAM: &str = "/dialtone.orgfinder.v1.OrganizationService/ImportOrganizations";
pub(crate) const SERVER_STREAM: &str = "/dialtone.subscriptions.v1.SubscriptionService/GetOrderSummary";
/// Not known to this build: passed on all the same, to callers with a token.
pub(crate) const BOTH_STREAM: &str = "/dialtone.userprovisioning.v1.UserService/ImportUsers";
pub(crate) const ANONYMOUS: &str = "/dialtone.subscriptions.v1.OrderService/OpenSetupLink";
pub(crate) const WATCH: &str = "/dialtone.events.v1.EventService/Watch";

pub(crate) struct World {
    pub(crate) issuer: Issuer,
    pub(crate) key: Key,
    /// org-finder, templates, subscriptions, user-provisioning.
    pub(crate) seen: [Arc<Seen>; 4],
    pub(crate) address: SocketAddr,
    pub(crate) setup: keys::PemPair,
    pub(crate) client: Client,
    identity: keys::PemPair,
    backends: Vec<Option<Backend>>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// With these configuration keys (`serve.drain_ms`) set.
    pub(crate) async fn with(settings: &[(&str, &str)]) -> Self {
        let key = Key::ed("first");
        let issuer = Issuer::start(&[&key]).await;
        let mut backends = vec![];
        for _ in 0..4 {
            backends.push(Backend::start().await);
        }
        let targets: Vec<_> = backends.iter().map(|b| b.address.to_string()).collect();
        Self::over(key, issuer, backends, &targets, settings).await
    }

    pub(crate) async fn over(
        key: Key,
        issuer: Issuer,
        backends: Vec<Backend>,
        targets: &[String],
        settings: &[(&str, &str)],
    ) -> Self {
        dialtone_server::install_crypto();
        let (identity, setup) = (keys::generate(), keys::generate());
        let mut setup_file = tempfile::NamedTempFile::new().expect("a temporary folder");
        setup_file.write_all(setup.public.as_bytes()).expect("it is writable");
        let services = ["org_finder", "templates", "subscriptions", "user_provisioning"];
        let mut all = vec![
            ("serve.listen".to_owned(), "127.0.0.1:0".to_owned()),
            ("serve.lame_duck_ms".to_owned(), "0".to_owned()),
            ("auth.oidc.test.issuer".to_owned(), issuer.url.clone()),
            ("auth.oidc.test.audience".to_owned(), "dialtone".to_owned()),
            ("auth.setup.public_key_file".to_owned(), setup_file.path().display().to_string()),
            ("identity.private_key".to_owned(), identity.private.clone()),
        ];
        all.extend(services.iter().zip(targets).map(|(s, t)| (format!("upstreams.{s}.target"), t.clone())));
        all.extend(settings.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())));
        let config = configuration(&all);
        let signer = config.identity.signer(dialtone_ids::ServiceName::Gateway).expect("a fresh key");
        let auth = Authenticator::new(&config.auth, signer).expect("good issuers");
        let services = Services::connect(&config.upstreams).expect("good targets");
        let gateway = Gateway::new(config, auth, services).await.expect("the descriptors fit");
        let listener = BoundListener::bind(gateway).await.expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (stop, stopped) = oneshot::channel::<()>();
        let running = tokio::spawn(listener.run(async move {
            let _ = stopped.await;
        }));
        let token = key.sign(&issuer.claims());
        Self {
            seen: [0, 1, 2, 3].map(|i: usize| backends.get(i).map(|b| Arc::clone(&b.seen)).unwrap_or_default()),
            client: Client::connect(address).with_token(&token),
            issuer,
            key,
            address,
            setup,
            identity,
            backends: backends.into_iter().map(Some).collect(),
            stop: Some(stop),
            running,
        }
    }

    pub(crate) fn backend(&mut self, index: usize) -> Backend {
        self.backends[index].take().expect("not taken before")
    }

    /// The caller that a service would see in these headers.
    pub(crate) fn caller(&self, headers: &HeaderMap) -> Caller {
        let trusted = [("gateway".to_owned(), self.identity.public.clone())].into();
        let verifier = TokenVerifier::new(&trusted).expect("a fresh key");
        let tokens: Vec<_> = headers.get_all(IDENTITY_HEADER).iter().collect();
        assert_eq!(tokens.len(), 1, "exactly one identity");
        verifier.verify(tokens[0].to_str().expect("text")).expect("the gateway signed it")
    }

    /// Tells the gateway to stop.
    pub(crate) fn stop(&mut self) {
        let _ = self.stop.take().expect("stopped once").send(());
    }

    pub(crate) async fn stopped(&mut self) {
        within(&mut self.running).await.expect("no panic");
    }
}

fn configuration(settings: &[(String, String)]) -> Config {
    let variables = settings.iter().map(|(key, value)| {
        let key = key.to_uppercase().replace('.', "__");
        (format!("DIALTONE_GATEWAY__{key}"), value.clone())
    });
    match load_from::<Config>("gateway", DEFAULTS, None, variables) {
        Ok(loaded) => loaded.config,
        Err(faults) => panic!("{faults}"),
    }
}

/// Calls through the gateway, over one connection. Not tonic's channel, which enforces `grpc-timeout` itself and so hides
/// what the gateway does.
#[derive(Clone)]
pub(crate) struct Client {
    http: legacy::Client<HttpConnector, Body>,
    origin: Uri,
    pub(crate) metadata: MetadataMap,
}

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let http = legacy::Client::builder(TokioExecutor::new()).http2_only(true).build_http();
        let origin = format!("http://{address}").parse().expect("an address");
        Self { http, origin, metadata: MetadataMap::new() }
    }

    fn grpc(&self) -> Grpc<legacy::Client<HttpConnector, Body>> {
        Grpc::with_origin(self.http.clone(), self.origin.clone())
    }

    pub(crate) fn with(&self, name: &'static str, value: &str) -> Self {
        let mut client = self.clone();
        client.metadata.insert(name, value.parse().expect("a header value"));
        client
    }

    pub(crate) fn does(&self, what: &str) -> Self {
        self.with("x-do", what)
    }

    pub(crate) fn with_token(&self, token: &str) -> Self {
        let mut client = self.clone();
        let value = MetadataValue::try_from(format!("Bearer {token}")).expect("a header value");
        client.metadata.insert("authorization", value);
        client
    }

    pub(crate) fn anonymous(&self) -> Self {
        let mut client = self.clone();
        client.metadata.remove("authorization");
        client
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        for entry in self.metadata.iter() {
            match entry {
                KeyAndValueRef::Ascii(key, value) => {
                    request.metadata_mut().append(key.clone(), value.clone());
                }
                KeyAndValueRef::Binary(key, value) => {
                    request.metadata_mut().append_bin(key.clone(), value.clone());
                }
            }
        }
        request
    }

    pub(crate) async fn unary(&self, path: &'static str, message: impl Into<Bytes>) -> Result<Response<Bytes>, Status> {
        let mut grpc = self.grpc();
        grpc.ready().await.map_err(|e| Status::unknown(e.to_string()))?;
        let path = PathAndQuery::from_static(path);
        within(grpc.unary(self.request(message.into()), path, Raw)).await
    }

    pub(crate) async fn streaming(
        &self,
        path: &'static str,
        messages: impl Stream<Item = Bytes> + Send + 'static,
    ) -> Result<Response<Streaming<Bytes>>, Status> {
        let mut grpc = self.grpc();
        grpc.ready().await.map_err(|e| Status::unknown(e.to_string()))?;
        let path = PathAndQuery::from_static(path);
        within(grpc.streaming(self.request(messages), path, Raw)).await
    }

    pub(crate) async fn one(
        &self,
        path: &'static str,
        message: &'static str,
    ) -> Result<Response<Streaming<Bytes>>, Status> {
        self.streaming(path, stream::iter([Bytes::from(message)])).await
    }
}

/// The reason of an error of the gateway's own.
pub(crate) fn gateway_reason(status: &Status) -> String {
    let info = dialtone_status::error_info(status).expect("every error has ErrorInfo");
    assert_eq!(info.domain, "gateway.dialtone.internal");
    info.reason
}
