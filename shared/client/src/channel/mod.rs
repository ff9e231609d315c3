//! What a generated client of another service stands on: the upstream, plus who calls, until when, and in which trace.
//!
//! Owns the headers of a call between services and the meaning of their absence of an answer. Must not know any
//! service's messages.

mod body;

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use dialtone_authz::{Caller, Ctx, IDENTITY_HEADER, TokenSigner};
use dialtone_ids::ServiceName;
use dialtone_proto::methods::Retry;
use dialtone_status::{Fault, to_status};
use dialtone_telemetry::RpcMetrics;
use futures::future::{BoxFuture, FutureExt as _};
use http::{HeaderMap, HeaderValue, Request, Response, header::ACCEPT_LANGUAGE};
use tokio::time::{Instant, timeout_at};
use tonic::{Status, body::Body};
use tower::Service;

use crate::{
    grpc_timeout,
    upstream::{Resend, SendError, Unavailable, Upstream, UpstreamBody},
};
pub use body::CallBody;

/// How long a caller is told to wait before it tries an unreachable service again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The way to one other service. Cheap to clone; one per process and service.
#[derive(Clone)]
pub struct ServiceChannel {
    upstream: Upstream,
    signer: TokenSigner,
    metrics: RpcMetrics,
}

impl ServiceChannel {
    /// Calls `upstream` in the name of the signer's service. Make it after telemetry is started.
    pub fn new(upstream: Upstream, signer: TokenSigner) -> Self {
        // A label is a constant; an upstream that is none of ours has no series of its own.
        let name = upstream.name().parse().map_or("other", ServiceName::as_str);
        Self { upstream, signer, metrics: RpcMetrics::client(label, name) }
    }

    /// For the calls that one request causes: on behalf of its caller and in its language, no longer than its deadline, under
    /// its id.
    pub fn for_ctx(&self, ctx: &Ctx) -> CallChannel {
        let cause = Cause {
            caller: ctx.caller.clone(),
            deadline: ctx.deadline,
            request_id: HeaderValue::from_str(&ctx.request_id).ok(),
            language: HeaderValue::from_static(ctx.locale.tag()),
        };
        self.caused(Some(Arc::new(cause)))
    }

    /// For calls that no request causes: in the service's own right, as long as the called method may take.
    pub fn as_self(&self) -> CallChannel {
        self.caused(None)
    }

    fn caused(&self, cause: Option<Arc<Cause>>) -> CallChannel {
        CallChannel { channel: self.clone(), cause }
    }
}

/// The transport of a generated client: `OrganizationServiceClient::new(channel.for_ctx(&ctx))`.
///
/// Every failure to get an answer is a status with our details: UNAVAILABLE, or DEADLINE_EXCEEDED when the time of the
/// request or of the method is up, streams included. Calls declared RETRY_SAFE are sent again after UNAVAILABLE.
#[derive(Clone, Debug)]
pub struct CallChannel {
    channel: ServiceChannel,
    cause: Option<Arc<Cause>>,
}

#[derive(Debug)]
struct Cause {
    caller: Caller,
    deadline: Instant,
    request_id: Option<HeaderValue>,
    language: HeaderValue,
}

impl fmt::Debug for ServiceChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServiceChannel").field("upstream", &self.upstream).finish_non_exhaustive()
    }
}

/// The metrics' label of a known method.
fn label(path: &str) -> Option<&'static str> {
    dialtone_proto::method(path).map(|method| method.path.trim_start_matches('/'))
}

impl Service<Request<Body>> for CallChannel {
    type Response = Response<CallBody>;
    type Error = Status;
    type Future = BoxFuture<'static, Result<Response<CallBody>, Status>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Status>> {
        // A call waits for its connection itself, within its deadline.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.clone().send(request).boxed()
    }
}

impl CallChannel {
    async fn send(self, request: Request<Body>) -> Result<Response<CallBody>, Status> {
        let in_flight = self.channel.metrics.begin(request.uri().path());
        match self.answer(request).await {
            Ok((answer, deadline)) => {
                let (head, body) = answer.into_parts();
                let mut body = CallBody::new(body, deadline, self.domain(), in_flight);
                // An answer of headers alone ends here.
                body.end_by(&head.headers);
                Ok(Response::from_parts(head, body))
            }
            Err(status) => {
                in_flight.end(status.code() as i32);
                Err(status)
            }
        }
    }

    async fn answer(&self, mut request: Request<Body>) -> Result<(Response<UpstreamBody>, Option<Instant>), Status> {
        let method = dialtone_proto::method(request.uri().path());
        let deadline = self.deadline(request.headers(), method);
        self.set_headers(request.headers_mut(), deadline);
        let repeatable = method.is_some_and(|m| m.policy.retry == Retry::Safe);
        let resend = if repeatable { Resend::Repeatable } else { Resend::Untouched };

        let sent = self.channel.upstream.send(request, resend, deadline);
        let answer = match deadline {
            Some(deadline) => {
                timeout_at(deadline, sent).await.map_err(|_| to_status(Fault::deadline_exceeded(), self.domain()))?
            }
            None => sent.await,
        };
        let answer = answer.map_err(|error| match error {
            SendError::Unavailable(cause) => to_status(unavailable(&cause), self.domain()),
            SendError::Body(status) => status,
        })?;
        Ok((answer, deadline))
    }

    /// Whose error it is when there is no answer.
    fn domain(&self) -> &'static str {
        self.channel.signer.issuer().error_domain()
    }

    /// The nearest of what the request, the method and the caller allow. A stream without an end of its own is bound by
    /// neither: a service follows another's events for longer than any request lasts.
    fn deadline(&self, headers: &HeaderMap, method: Option<&dialtone_proto::Method>) -> Option<Instant> {
        let own = headers.get(grpc_timeout::HEADER).and_then(grpc_timeout::parse);
        let allowed = method.map(|m| m.policy.deadline);
        let caused = match allowed {
            Some(None) => None,
            Some(Some(_)) | None => self.cause.as_ref().map(|c| c.deadline),
        };
        let now = Instant::now();
        [own, allowed.flatten()].into_iter().flatten().filter_map(|time| now.checked_add(time)).chain(caused).min()
    }

    fn set_headers(&self, headers: &mut HeaderMap, deadline: Option<Instant>) {
        let cause = self.cause.as_deref();
        let token = self.channel.signer.token_as_self(cause.map(|c| &c.caller));
        if let Ok(mut token) = HeaderValue::from_str(&token) {
            token.set_sensitive(true);
            headers.insert(IDENTITY_HEADER, token);
        }
        match deadline {
            Some(deadline) => headers.insert(grpc_timeout::HEADER, grpc_timeout::remaining(deadline)),
            None => headers.remove(grpc_timeout::HEADER),
        };
        if let Some(id) = cause.and_then(|c| c.request_id.as_ref()) {
            headers.insert("x-request-id", id.clone());
        }
        if let Some(cause) = cause {
            headers.insert(ACCEPT_LANGUAGE, cause.language.clone());
        }
        dialtone_telemetry::inject(headers);
    }
}

fn unavailable(cause: &Unavailable) -> Fault {
    tracing::warn!(upstream = cause.upstream, cause = cause.cause, "call failed");
    Fault::unavailable(RETRY_AFTER).caused_by(cause)
}
