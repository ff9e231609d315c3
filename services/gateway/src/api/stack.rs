//! What happens to a call on its way through, outermost first. [`Gateway::answer`] is the table of contents.
//!
//! A plain function and not a list of tower layers: each layer would box its future and its body, and the gateway does
//! this for every call of the suite.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use dialtone_authz::CallerKind;
use dialtone_client::{Resend, SendError};
use dialtone_ids::ServiceName;
use dialtone_proto::methods::Retry;
use dialtone_server::Health;
use dialtone_status::Fault;
use dialtone_telemetry::RpcMetrics;
use futures::FutureExt as _;
use http::{HeaderMap, Request, Response};
use hyper::body::Incoming;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

use super::{
    ServeFault,
    body::{RequestBody, RequestError},
    call::{self, Call, REQUEST_ID},
    deadline, headers, health,
    own::Own,
    refuse,
    reply::{Answer, Limits, Passing, RETRY_AFTER, Reply},
    shed::{Place, Shed},
    trace::Tracing,
};
use crate::{
    auth::{Authenticator, Identity},
    config::{Config, Open},
    upstream::{self, BySharedService, Destination, ReadError, Routes, Services},
};

/// The identity header, which only the gateway may write for callers from outside.
const IDENTITY: http::HeaderName = http::HeaderName::from_static(dialtone_authz::IDENTITY_HEADER);

/// Everything a call needs on its way. One per process.
pub struct Gateway {
    metrics: RpcMetrics,
    tracing: Tracing,
    shed: Shed,
    cap: Duration,
    auth: Authenticator,
    open: Open,
    routes: Routes,
    services: Services,
    own: Own,
    health: Health,
    config: Config,
}

/// The answer to a call, and what may end it early.
type Outcome = Result<(Response<Answer>, Limits), Fault>;

impl Gateway {
    /// Puts the parts together. Make it after telemetry is started.
    pub async fn new(config: Config, auth: Authenticator, services: Services) -> Result<Self, ServeFault> {
        // The names of the services are added as their health becomes known.
        let health = Health::new(&[]).await;
        Ok(Self {
            metrics: RpcMetrics::server(label),
            tracing: Tracing::new(),
            shed: Shed::new(config.serve.max_requests, config.serve.max_streams),
            cap: config.serve.max_deadline(),
            auth,
            open: config.open.clone(),
            routes: Routes::from_descriptors(&dialtone_proto::DESCRIPTOR_POOL),
            services,
            own: Own::new(&health)?,
            health,
            config,
        })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn health(&self) -> &Health {
        &self.health
    }

    /// Keeps issuers' keys and services' health up to date. Never ends.
    pub(crate) async fn follow(&self) {
        let every = Duration::from_millis(self.config.health_check_ms);
        let health = health::follow(self.services.clone(), &self.routes, self.health.clone(), every);
        tokio::join!(self.auth.keep_fresh(), health);
    }

    /// Answers one request; `draining` says that its connection is to close.
    pub(crate) async fn answer(
        self: Arc<Self>,
        mut request: Request<Incoming>,
        draining: CancellationToken,
    ) -> Response<Reply> {
        let method = dialtone_proto::method(request.uri().path());
        // A name before anything can go wrong with it.
        let id = call::request_id(request.headers_mut());
        // In which the gateway's own errors are told; what the caller wants goes on to the service too.
        let locale = dialtone_status::wanted_locale(request.headers());
        // The caller's trace goes on.
        let trace = self.tracing.begin(method, request.headers_mut());
        // Counted to its end, however it ends.
        let in_flight = self.metrics.begin(request.uri().path());
        let mut call = Call::new(method, (id, locale), in_flight, trace, self.config.access_log);

        // JSON and gRPC-Web will branch off here.
        if !refuse::is_grpc(&request) {
            return refuse::not_grpc(call);
        }
        // Before any work is done for the call.
        let place = match self.shed.admit(method) {
            Ok(place) => place,
            Err(fault) => return refuse::grpc(call, fault),
        };
        // Everything from here on is bounded by it, authentication too.
        let deadline = deadline::of(request.headers(), method, self.cap);
        // A panic ends one call, not the connection and every other call on it.
        let guarded = AssertUnwindSafe(self.pass(&mut call, request, deadline)).catch_unwind();
        let outcome = match deadline {
            Some(deadline) => {
                timeout_at(deadline, guarded).await.unwrap_or_else(|_| Ok(Err(Fault::deadline_exceeded())))
            }
            None => guarded.await,
        };
        match outcome.unwrap_or_else(|_| Err(Fault::internal("panic"))) {
            Ok((response, limits)) => finish(call, place, response, limits, draining),
            Err(fault) => refuse::grpc(call, fault),
        }
    }

    /// The part that the deadline bounds: who calls, where it goes, and the way there.
    async fn pass(&self, call: &mut Call, mut request: Request<Incoming>, deadline: Option<Instant>) -> Outcome {
        // What belongs to the connection, or pretends to be ours, ends here.
        headers::strip_request(request.headers_mut());
        // Who calls; the credential ends here.
        let identity = self.auth.authenticate(request.headers_mut()).await?;
        call.set_caller(&identity.caller);
        // Where it goes, and whether nobody in particular may go there.
        let destination = self.routes.find(request.uri().path());
        self.admit(&identity, call, destination)?;
        // What the service is told: who calls, and how long it may take.
        request.headers_mut().insert(IDENTITY, identity.header());
        deadline::pass_on(request.headers_mut(), deadline);
        match destination {
            None => Err(Fault::unknown_method()),
            Some(Destination::Own) => self.by_own(call, request, deadline).await,
            Some(Destination::Service(service)) => {
                let limit = self.config.limits.max_message_bytes;
                let request = request.map(|body| RequestBody::new(body, limit));
                self.by_service(call, request, service, deadline).await
            }
            Some(Destination::Shared(shared)) => self.by_first_message(call, request, shared, deadline).await,
        }
    }

    fn admit(&self, identity: &Identity, call: &Call, destination: Option<Destination>) -> Result<(), Fault> {
        if identity.caller.kind != CallerKind::Anonymous {
            return Ok(());
        }
        let open = match (destination, call.method) {
            (Some(Destination::Own), Some(m)) if m.service == "grpc.health.v1.Health" => self.open.health,
            (Some(Destination::Own), _) => self.open.reflection,
            (_, method) => method.is_some_and(|m| m.permission.anonymous),
        };
        if open { Ok(()) } else { Err(Fault::unauthenticated("Send a token as `authorization: Bearer ...`.")) }
    }

    async fn by_own(&self, call: &Call, request: Request<Incoming>, deadline: Option<Instant>) -> Outcome {
        let mut response = self.own.answer(request).await;
        refuse::complete(response.headers_mut(), call);
        let limits = Limits { deadline, ..Limits::default() };
        Ok((response.map(Answer::Own), limits))
    }

    /// Reads the first message to learn where the call goes, and passes it on with the rest.
    async fn by_first_message(
        &self,
        call: &mut Call,
        request: Request<Incoming>,
        shared: BySharedService,
        deadline: Option<Instant>,
    ) -> Outcome {
        let limit = self.config.limits.max_message_bytes;
        let (parts, body) = request.into_parts();
        let mut body = RequestBody::new(body, limit);
        let (message, buffered) = match upstream::read(&mut body).await {
            Ok(read) => read,
            Err(ReadError::Fault(fault)) => return Err(fault),
            Err(ReadError::Body(error)) => return Err(broken(error, limit)),
        };
        let service = shared.process(parts.uri.path(), message)?;
        body.put_back(buffered.chunks);
        self.by_service(call, Request::from_parts(parts, body), service, deadline).await
    }

    async fn by_service(
        &self,
        call: &mut Call,
        request: Request<RequestBody>,
        service: ServiceName,
        deadline: Option<Instant>,
    ) -> Outcome {
        call.set_service(service);
        let limit = self.config.limits.max_message_bytes;
        let upstream = self.services.get(service).ok_or_else(|| Fault::internal("a route without a service"))?;
        let too_large = Some((request.body().flag(), limit));
        let repeatable = call.method.is_some_and(|m| m.policy.retry == Retry::Safe);
        let resend = if repeatable { Resend::Repeatable } else { Resend::Untouched };
        let limits = Limits { deadline, too_large, ..Limits::default() };
        match upstream.send(request, resend, deadline).await {
            Ok(response) => Ok((response.map(Answer::Service), limits)),
            Err(SendError::Unavailable(cause)) => Err(Fault::unavailable(RETRY_AFTER).caused_by(cause)),
            Err(SendError::Body(error)) => Err(broken(error, limit)),
        }
    }
}

/// The metrics' label of a known method.
fn label(path: &str) -> Option<&'static str> {
    dialtone_proto::method(path).map(|method| method.path.trim_start_matches('/'))
}

fn broken(error: RequestError, limit: u32) -> Fault {
    match error {
        RequestError::TooLarge => Fault::message_too_large(u64::from(limit)),
        cause @ (RequestError::Broken(_) | RequestError::BrokeOff) => Fault::cancelled().caused_by(cause),
    }
}

/// Sends the answer back: its head now, its frames as they come.
fn finish(
    mut call: Call,
    place: Place,
    response: Response<Answer>,
    mut limits: Limits,
    draining: CancellationToken,
) -> Response<Reply> {
    let (mut parts, body) = response.into_parts();
    headers::strip_response(&mut parts.headers);
    parts.headers.insert(REQUEST_ID, call.id().clone());
    // An answer of headers alone: an error as a rule.
    if is_all(&parts.headers, &body) {
        call.end_by(&parts.headers);
        return Response::from_parts(parts, Reply::default());
    }
    if call.method.is_some_and(|m| m.policy.deadline.is_none()) {
        limits.draining = Some(Box::pin(draining.cancelled_owned()));
    }
    let passing = Passing { body, call, _place: place, limits };
    Response::from_parts(parts, Reply::passing(passing))
}

fn is_all(headers: &HeaderMap, body: &Answer) -> bool {
    headers.contains_key("grpc-status") && body.is_empty()
}
