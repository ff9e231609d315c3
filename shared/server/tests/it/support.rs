//! A server with handlers that do what a test needs, and a client that adds nothing of its own: tonic's channel would apply
//! deadlines itself and hide what the server does.

use std::{net::SocketAddr, pin::Pin, sync::Arc, time::Duration};

use bytes::Bytes;
use dialtone_authz::{Caller, Ctx, IDENTITY_HEADER, TokenSigner, TokenVerifier, keys};
use dialtone_ids::ServiceName;
use dialtone_proto::{
    events::v1::{
        WatchRequest, WatchResponse,
        event_service_client::EventServiceClient,
        event_service_server::{EventService, EventServiceServer},
    },
    google::longrunning::{
        CancelOperationRequest, DeleteOperationRequest, GetOperationRequest, ListOperationsRequest,
        ListOperationsResponse, Operation, WaitOperationRequest,
        operations_client::OperationsClient,
        operations_server::{Operations, OperationsServer},
    },
};
use dialtone_server::{ServeConfig, Server, Services, detached};
use dialtone_status::{Code, Fault, Status, error_info, to_status};
use http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};
use tokio::{
    sync::{Notify, Semaphore, mpsc},
    task::JoinHandle,
};
use tokio_stream::{Stream, wrappers::UnboundedReceiverStream};
use tokio_util::sync::CancellationToken;
use tonic::body::Body;

/// Whose server it is.
pub(crate) const SERVICE: ServiceName = ServiceName::Templates;
/// Longer than anything should take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// What the handlers and the test tell each other.
#[derive(Debug)]
pub(crate) struct Signals {
    /// A handler began.
    pub(crate) began: Semaphore,
    /// A handler was dropped before its end.
    pub(crate) dropped: Semaphore,
    /// Lets handlers that wait go on.
    pub(crate) gate: Semaphore,
    /// Detached work reached its end.
    pub(crate) done: Notify,
    /// The contexts that handlers saw.
    pub(crate) seen: mpsc::UnboundedSender<Ctx>,
}

/// Says so when it is dropped.
struct OnDrop(Arc<Signals>);

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.0.dropped.add_permits(1);
    }
}

/// The handlers. `GetOperation` does what the name asks for.
#[derive(Clone)]
struct Handlers(Arc<Signals>);

impl Handlers {
    async fn wait(&self) {
        let guard = OnDrop(Arc::clone(&self.0));
        self.0.began.add_permits(1);
        self.0.gate.acquire().await.expect("never closed").forget();
        std::mem::forget(guard);
    }
}

#[tonic::async_trait]
impl Operations for Handlers {
    async fn get_operation(
        &self,
        request: tonic::Request<GetOperationRequest>,
    ) -> Result<tonic::Response<Operation>, Status> {
        let ctx = dialtone_server::ctx(&request);
        self.0.seen.send(ctx).expect("the test lives");
        let name = request.into_inner().name;
        match name.as_str() {
            "wait" => self.wait().await,
            "panic" => panic!("secret of the handler"),
            "fault" => return Err(to_status(Fault::etag_mismatch("things/1"), SERVICE.error_domain())),
            "internal" => return Err(to_status(Fault::internal("secret of the cause"), SERVICE.error_domain())),
            "bare" => return Err(Status::unknown("secret of a library")),
            _ => {}
        }
        Ok(tonic::Response::new(Operation { name, ..Operation::default() }))
    }

    async fn list_operations(
        &self,
        _: tonic::Request<ListOperationsRequest>,
    ) -> Result<tonic::Response<ListOperationsResponse>, Status> {
        Ok(tonic::Response::new(ListOperationsResponse::default()))
    }

    /// A mutation that waits, detached.
    async fn delete_operation(
        &self,
        request: tonic::Request<DeleteOperationRequest>,
    ) -> Result<tonic::Response<()>, Status> {
        let _guard = OnDrop(Arc::clone(&self.0));
        let (signals, name) = (Arc::clone(&self.0), request.into_inner().name);
        detached(async move {
            signals.began.add_permits(1);
            signals.gate.acquire().await.expect("never closed").forget();
            assert!(name != "panic", "secret of the mutation");
            signals.done.notify_one();
        })
        .await
        .map_err(|fault| to_status(fault, SERVICE.error_domain()))?;
        Ok(tonic::Response::new(()))
    }

    async fn cancel_operation(&self, _: tonic::Request<CancelOperationRequest>) -> Result<tonic::Response<()>, Status> {
        Ok(tonic::Response::new(()))
    }

    async fn wait_operation(
        &self,
        _: tonic::Request<WaitOperationRequest>,
    ) -> Result<tonic::Response<Operation>, Status> {
        self.wait().await;
        Ok(tonic::Response::new(Operation::default()))
    }
}

#[tonic::async_trait]
impl EventService for Handlers {
    type WatchStream = Pin<Box<dyn Stream<Item = Result<WatchResponse, Status>> + Send>>;

    /// One message, and then silence, or a panic if the position asks for it.
    async fn watch(&self, request: tonic::Request<WatchRequest>) -> Result<tonic::Response<Self::WatchStream>, Status> {
        let (sender, receiver) = mpsc::unbounded_channel();
        sender.send(Ok(WatchResponse::default())).expect("the receiver is here");
        let panics = request.into_inner().position == "panic";
        let guard = (OnDrop(Arc::clone(&self.0)), sender);
        let stream = tokio_stream::StreamExt::map(UnboundedReceiverStream::new(receiver), move |item| {
            let _held = &guard;
            assert!(!panics, "secret of the stream");
            item
        });
        Ok(tonic::Response::new(Box::pin(stream)))
    }
}

pub(crate) type Http = Client<HttpConnector, Body>;

/// A running server.
pub(crate) struct Running {
    pub(crate) address: SocketAddr,
    pub(crate) signals: Arc<Signals>,
    pub(crate) seen: mpsc::UnboundedReceiver<Ctx>,
    pub(crate) gateway: TokenSigner,
    pub(crate) subscriptions: TokenSigner,
    pub(crate) http: Http,
    /// Cancel it to stop the server.
    pub(crate) stop: CancellationToken,
    /// Ends when the server has drained.
    pub(crate) server: JoinHandle<()>,
}

/// A configuration on a free port, with short ends.
pub(crate) fn config() -> ServeConfig {
    let mut config = ServeConfig::new(SocketAddr::from(([127, 0, 0, 1], 0)));
    config.lame_duck_ms = 0;
    config
}

/// A signer, and its public key by its name.
fn signer(issuer: ServiceName) -> (TokenSigner, (String, String)) {
    let pair = keys::generate();
    let signer = TokenSigner::new(issuer, &pair.private).expect("a fresh key");
    (signer, (issuer.to_string(), pair.public))
}

/// Starts the server.
pub(crate) async fn start(config: ServeConfig) -> Running {
    dialtone_server::install_crypto();
    let (gateway, gateway_key) = signer(ServiceName::Gateway);
    let (subscriptions, subscriptions_key) = signer(ServiceName::Subscriptions);
    let trusted = [gateway_key, subscriptions_key].into();
    let verifier = TokenVerifier::new(&trusted).expect("fresh keys");
    let (seen, receiver) = mpsc::unbounded_channel();
    let signals = Arc::new(Signals {
        began: Semaphore::new(0),
        dropped: Semaphore::new(0),
        gate: Semaphore::new(0),
        done: Notify::new(),
        seen,
    });
    let handlers = Handlers(Arc::clone(&signals));
    let services = Services::new().add(OperationsServer::new(handlers.clone())).add(EventServiceServer::new(handlers));
    let server = Server::bind(SERVICE, config, verifier, services).await.expect("a free port");
    let stop = CancellationToken::new();
    Running {
        address: server.local_addr().expect("bound"),
        signals,
        seen: receiver,
        gateway,
        subscriptions,
        http: http(),
        server: tokio::spawn(server.run(stop.clone().cancelled_owned())),
        stop,
    }
}

/// A client with a connection of its own.
pub(crate) fn http() -> Http {
    Client::builder(TokioExecutor::new()).http2_only(true).pool_timer(TokioTimer::new()).build_http()
}

impl Running {
    pub(crate) fn origin(&self) -> Uri {
        format!("http://{}", self.address).parse().expect("an address is a URI")
    }

    pub(crate) fn operations(&self) -> OperationsClient<Http> {
        OperationsClient::with_origin(self.http.clone(), self.origin())
    }

    pub(crate) fn events(&self) -> EventServiceClient<Http> {
        EventServiceClient::with_origin(self.http.clone(), self.origin())
    }

    /// `message` as the provider's staff sends it.
    pub(crate) fn as_platform<T>(&self, message: T) -> tonic::Request<T> {
        with_token(message, &self.gateway.token(&Caller::platform("ops")))
    }

    /// `GetOperation` by the provider's staff.
    pub(crate) fn get(&self, name: &str) -> tonic::Request<GetOperationRequest> {
        self.as_platform(GetOperationRequest { name: name.to_owned() })
    }

    /// Bytes to a path, with the staff's token; the status of the answer, and its headers.
    pub(crate) async fn raw(&self, path: &str, body: &'static [u8]) -> Response<hyper::body::Incoming> {
        let request = Request::post(format!("{}{path}", self.origin().to_string().trim_end_matches('/')))
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header(IDENTITY_HEADER, &*self.gateway.token(&Caller::platform("ops")))
            .body(Body::new(Full::new(Bytes::from_static(body)).map_err(|never| match never {})))
            .expect("a request");
        self.http.request(request).await.expect("an answer")
    }
}

/// `message` with an identity token.
pub(crate) fn with_token<T>(message: T, token: &str) -> tonic::Request<T> {
    let mut request = tonic::Request::new(message);
    request.metadata_mut().insert(IDENTITY_HEADER, token.parse().expect("a token is text"));
    request
}

/// The error is of this code and reason, in the service's domain.
#[track_caller]
pub(crate) fn assert_fault(status: &Status, code: Code, reason: &str) {
    let info = error_info(status).unwrap_or_else(|| panic!("no ErrorInfo in {status:?}"));
    assert_eq!((status.code(), info.reason.as_str()), (code, reason), "{status:?}");
    assert_eq!(info.domain, SERVICE.error_domain());
    assert!(!format!("{status:?}").contains("secret"), "{status:?}");
}

/// Waits for one permit.
pub(crate) async fn once(signal: &Semaphore) {
    tokio::time::timeout(PATIENCE, signal.acquire()).await.expect("it happens").expect("never closed").forget();
}
