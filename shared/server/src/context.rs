//! What the stack learns of a request on its way in, and how a handler gets it.

use std::sync::{Arc, OnceLock};

use dialtone_authz::{Caller, Ctx};
use dialtone_proto::Method;
use dialtone_status::Locale;
use http::HeaderMap;
use tokio::time::Instant;

const HEALTH: &str = "grpc.health.v1.Health";

/// What is known of a request since it arrived. Cheap to clone; in the extensions of every request.
#[derive(Clone, Debug)]
pub struct RequestInfo(Arc<Info>);

#[derive(Debug)]
struct Info {
    id: String,
    method: Option<&'static Method>,
    locale: Locale,
    caller_kind: OnceLock<&'static str>,
}

impl RequestInfo {
    pub(crate) fn new(id: String, path: &str, locale: Locale) -> Self {
        Self(Arc::new(Info { id, method: dialtone_proto::method(path), locale, caller_kind: OnceLock::new() }))
    }

    /// The traceable id: the caller's `x-request-id`, or a fresh one.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// What is called; none if no process of the suite may serve it.
    pub fn method(&self) -> Option<&'static Method> {
        self.0.method
    }

    /// The language in which the caller is answered.
    pub fn locale(&self) -> Locale {
        self.0.locale
    }

    /// Whether it is a question for health: asked every few seconds, refused never, and no news in the log.
    pub fn is_probe(&self) -> bool {
        self.method().is_some_and(|method| method.service == HEALTH)
    }

    /// What kind of caller it is, once that is known; `unknown` before.
    pub fn caller_kind(&self) -> &'static str {
        self.0.caller_kind.get().copied().unwrap_or("unknown")
    }

    /// Says who calls, for the log; to be called by the layer that authenticates.
    pub fn set_caller(&self, caller: &Caller) {
        // Authentication happens once.
        let _ = self.0.caller_kind.set(caller.kind_name());
    }
}

/// When the caller stops waiting. In the extensions of every request that has passed the deadline layer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline(pub(crate) Instant);

/// When the caller of a request stops waiting; none before the deadline layer.
pub fn deadline(extensions: &http::Extensions) -> Option<Instant> {
    extensions.get::<Deadline>().map(|deadline| deadline.0)
}

/// The context of a request, for the layers below api. It sees no tenant until a guard narrows it.
///
/// # Panics
/// If the request did not come through [`crate::stack`].
pub fn ctx<T>(request: &tonic::Request<T>) -> Ctx {
    request.extensions().get::<Ctx>().expect("every request comes through the stack").clone()
}

/// What [`ctx`] answers: made once, by the innermost layer, and left in the extensions for ready-made services.
pub(crate) fn of_request(method: &'static Method, caller: &Caller, extensions: &http::Extensions) -> Ctx {
    let passed = "the layers outside this one ran";
    let info: &RequestInfo = extensions.get().expect(passed);
    let deadline: &Deadline = extensions.get().expect(passed);
    Ctx::new(caller.clone(), method, info.id(), deadline.0, info.locale())
}

/// The only value of a header, as text; none if it is absent, repeated or no text.
pub(crate) fn single<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok())?
}
