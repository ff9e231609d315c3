//! Turns a panic of a handler into an answer.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    task::Context,
};

use dialtone_ids::ServiceName;
use dialtone_status::Fault;
use futures::FutureExt as _;
use http::{Request, Response};
use tonic::body::Body;

use super::{Around, Next};
use crate::{
    body::{self, Filter, Polled},
    detached::panic_text,
};

/// Answers INTERNAL where a handler or its stream panics; the panic's text goes to the log only. Without it the connection would
/// end, and every other call on it.
#[derive(Clone, Copy, Debug)]
pub struct CatchPanic {
    /// Whose domain the error gets.
    pub service: ServiceName,
}

impl Around for CatchPanic {
    async fn around<N: Next>(self, request: Request<Body>, next: N) -> Response<Body> {
        let domain = self.service.error_domain();
        // A handler that panicked is dropped with all it held; nothing of it is used again.
        match AssertUnwindSafe(next.run(request)).catch_unwind().await {
            Ok(response) if body::is_refusal(&response) => response,
            Ok(response) => body::filtered(response, Catch(domain)),
            Err(panic) => body::refuse(fault(panic.as_ref()), domain),
        }
    }
}

/// The same for the body.
struct Catch(&'static str);

impl Filter for Catch {
    fn poll(&mut self, inner: &mut Body, cx: &mut Context<'_>) -> Polled {
        catch_unwind(AssertUnwindSafe(|| body::pass(inner, cx)))
            .unwrap_or_else(|panic| body::end_with(inner, fault(panic.as_ref()), self.0))
    }
}

fn fault(panic: &(dyn Any + Send)) -> Fault {
    let text = panic_text(panic);
    tracing::error!(panic = text, "a handler panicked");
    Fault::internal(format!("panic: {text}"))
}
