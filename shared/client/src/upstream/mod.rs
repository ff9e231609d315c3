//! One upstream service: all of its replicas behind one handle that balances, retries what no server worked on, and
//! rides out restarts.
//!
//! Owns discovery, connections, choice of a replica, ejection of bad ones and resending. Works on HTTP/2 streams
//! directly (`h2`), because only there is it known whether a request was ever worked on, and because a task and a
//! channel less per call is a fifth of a proxy's work. Must not know identities, deadlines on the wire or messages.

mod attempts;
mod body;
mod budget;
mod connect;
mod endpoint;
mod exchange;
mod keeper;
mod pool;
mod replay;
mod resolver;
mod target;
mod tls;

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use h2::RecvStream;
use http::{
    Request, Response, Uri, Version,
    request::Parts,
    uri::{self, Scheme},
};
use http_body::Body;
use tokio::{sync::watch, task::JoinSet, time::Instant};

use attempts::Attempts;
pub use attempts::Resend;
use body::Call;
pub use body::{BrokenOff, UpstreamBody};
use budget::Budget;
use connect::Dial;
use endpoint::EjectionRule;
use exchange::{Broken, Pump, attempt};
use pool::{Connection, InFlight, Pool};
use replay::Replay;
pub use resolver::Lookup;
use resolver::{Resolver, system_lookup};
pub use target::BadTarget;
pub use tls::BadTls;

use crate::settings::{UpstreamSettings, ms};

/// A handle to an upstream service; clones share its connections, which end with the last of them.
#[derive(Clone)]
pub struct Upstream {
    inner: Arc<Inner>,
}

struct Inner {
    name: String,
    pool: Arc<Pool>,
    budget: Budget,
    scheme: Scheme,
    connection_wait: Duration,
    replay_bytes: usize,
    /// Aborted when this is dropped; its connections then end with their last call.
    _resolver: JoinSet<()>,
}

/// The settings of an upstream make no sense.
#[derive(Debug, thiserror::Error)]
pub enum BadUpstream {
    /// See there.
    #[error(transparent)]
    Target(#[from] BadTarget),
    /// See there.
    #[error(transparent)]
    Tls(#[from] BadTls),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum SendError<E> {
    /// The upstream could not be reached, or the connection broke and the call must not be sent again.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The body of the request itself failed.
    #[error("the request broke off")]
    Body(E),
}

/// The upstream could not be reached, or broke off before it answered. The text is for the log.
#[derive(Debug, thiserror::Error)]
#[error("{upstream} is unavailable: {cause}")]
pub struct Unavailable {
    /// The name given to [`Upstream::connect`].
    pub upstream: String,
    /// What happened.
    pub cause: String,
}

impl Upstream {
    /// Starts connecting in the background. `name` is for logs and errors. Must be called within a tokio runtime.
    pub fn connect(name: impl Into<String>, settings: &UpstreamSettings) -> Result<Self, BadUpstream> {
        Self::connect_with(name, settings, system_lookup())
    }

    /// As [`Upstream::connect`], for names that the system's resolver does not know.
    pub fn connect_with(
        name: impl Into<String>,
        settings: &UpstreamSettings,
        lookup: Lookup,
    ) -> Result<Self, BadUpstream> {
        let hosts = target::parse(&settings.target)?;
        let tls = tls::client(settings.tls.as_ref(), hosts[0].name())?;
        let scheme = if tls.is_some() { Scheme::HTTPS } else { Scheme::HTTP };
        let pool = Arc::new(Pool::new(EjectionRule {
            after: settings.eject_after.get(),
            base: ms(settings.eject_ms),
            max: ms(settings.eject_max_ms),
        }));
        let resolver = Resolver {
            hosts,
            lookup,
            every: ms(settings.resolve_ms),
            connections: settings.connections.get(),
            dial: Dial {
                timeout: ms(settings.connect_timeout_ms),
                ping_every: ms(settings.ping_ms),
                ping_timeout: ms(settings.ping_timeout_ms),
                tls,
            },
            pool: Arc::clone(&pool),
        };
        Ok(Self {
            inner: Arc::new(Inner {
                name: name.into(),
                pool,
                budget: Budget::new(),
                scheme,
                connection_wait: ms(settings.connection_wait_ms),
                replay_bytes: settings.replay_bytes.get(),
                _resolver: [resolver.run()].into_iter().collect(),
            }),
        })
    }

    /// The name given at the start.
    pub fn name(&self) -> &str {
        &self.inner.name
    }

    /// Follows the number of open connections.
    pub fn connections(&self) -> watch::Receiver<usize> {
        self.inner.pool.watch()
    }

    /// Sends a request and returns when the answer's head is there; the rest of either body follows as it comes.
    ///
    /// Path, method and headers are taken from `request`; host and scheme are the upstream's. Sends it again as far as
    /// `resend` allows, never after `deadline`; ending a call at its deadline is the caller's part, by dropping this
    /// future or the answer's body, which cancels it at the server.
    pub async fn send<B>(
        &self,
        request: Request<B>,
        resend: Resend,
        deadline: Option<Instant>,
    ) -> Result<Response<UpstreamBody>, SendError<B::Error>>
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Send,
    {
        let (parts, body) = request.into_parts();
        let mut source = Replay::new(body, self.inner.replay_bytes);
        let mut attempts = Attempts::new(resend, deadline);
        loop {
            let connection = self.connection(&attempts).await?;
            let head = self.head(&parts, &connection);
            let mut call = Call::new(InFlight::on(Arc::clone(&connection)), Arc::clone(&self.inner.pool));
            match attempt(connection.sender(), head, &mut source).await {
                Ok((response, pump)) => {
                    let unavailable = call.judge(response.headers());
                    let again = unavailable
                        && source.can_rewind()
                        && attempts.after_failure(connection.endpoint.address, &self.inner.budget).await;
                    if !again {
                        return Ok(self.answer(response, pump, source, call));
                    }
                }
                Err(broken) => {
                    let again = source.can_rewind();
                    self.after_broken(broken, call, connection, again, &mut attempts).await?;
                }
            }
            source.rewind();
        }
    }

    /// After an attempt without an answer: an error, unless the call is to be sent again.
    async fn after_broken<E>(
        &self,
        broken: Broken<E>,
        mut call: Call,
        connection: Arc<Connection>,
        can_rewind: bool,
        attempts: &mut Attempts,
    ) -> Result<(), SendError<E>> {
        let (again, cause) = match broken {
            Broken::Body(error) => return Err(SendError::Body(error)),
            Broken::Untouched(cause) => (can_rewind && attempts.after_untouched(connection), cause),
            Broken::Uncertain(cause) => {
                call.failed();
                // Not in flight during the pause.
                drop(call);
                let address = connection.endpoint.address;
                (can_rewind && attempts.after_failure(address, &self.inner.budget).await, cause)
            }
        };
        if again { Ok(()) } else { Err(self.unavailable(cause).into()) }
    }

    /// A connection to send on; waits for one when there is none.
    async fn connection(&self, attempts: &Attempts) -> Result<Arc<Connection>, Unavailable> {
        let pick = || self.inner.pool.pick(&attempts.tried, &attempts.refused);
        if let Some(connection) = pick() {
            return Ok(connection);
        }
        let end = attempts.wait_until(self.inner.connection_wait);
        let mut changes = self.inner.pool.watch();
        loop {
            // Marked as seen before looking, so that no change falls between.
            changes.borrow_and_update();
            if let Some(connection) = pick() {
                return Ok(connection);
            }
            if tokio::time::timeout_at(end, changes.changed()).await.is_err() {
                return Err(self.unavailable("no connection"));
            }
        }
    }

    fn head(&self, parts: &Parts, connection: &Connection) -> Request<()> {
        let mut target = uri::Parts::default();
        target.scheme = Some(self.inner.scheme.clone());
        target.authority = Some(connection.endpoint.authority.clone());
        target.path_and_query = parts.uri.path_and_query().cloned();
        let mut head = Request::new(());
        *head.method_mut() = parts.method.clone();
        *head.uri_mut() = Uri::from_parts(target).unwrap_or_default();
        *head.version_mut() = Version::HTTP_2;
        // Cloned even for the first attempt: a refused stream does not give its headers back.
        *head.headers_mut() = parts.headers.clone();
        head
    }

    fn answer<B>(
        &self,
        response: Response<RecvStream>,
        pump: Pump,
        mut source: Replay<B>,
        call: Call,
    ) -> Response<UpstreamBody>
    where
        B: Body<Data = Bytes> + Send + Unpin + 'static,
        B::Error: Send,
    {
        self.inner.budget.earn();
        source.forget();
        // Its own task, because a reader that is slow with the answer must not hold up the request.
        let pump = (!pump.done).then(|| tokio::spawn(pump.finish(source)).abort_handle());
        response.map(|stream| UpstreamBody::new(stream, call, pump))
    }

    fn unavailable(&self, cause: impl fmt::Display) -> Unavailable {
        Unavailable { upstream: self.inner.name.clone(), cause: cause.to_string() }
    }
}

impl fmt::Debug for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upstream").field("name", &self.inner.name).finish_non_exhaustive()
    }
}
