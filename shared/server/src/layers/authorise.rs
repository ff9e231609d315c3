//! Refuses what the caller may never call.

use dialtone_authz::{Caller, admission};
use dialtone_ids::ServiceName;
use dialtone_status::Fault;
use http::{Request, Response};
use tonic::body::Body;

use super::{Around, Next, trace::known};
use crate::{body, context};

/// Lets a request in if its method has a rule and the rule has a way in for this kind of caller. Whether the caller may do it to
/// this organization is the handler's question to its guard, for which the request's context is left in its extensions.
#[derive(Clone, Copy, Debug)]
pub struct Authorise {
    /// Whose domain the error gets.
    pub service: ServiceName,
}

impl Around for Authorise {
    async fn around<N: Next>(self, mut request: Request<Body>, next: N) -> Response<Body> {
        let allowed = match (known(&request).method(), request.extensions().get::<Caller>()) {
            (Some(method), Some(caller)) => {
                admission(method, caller).map(|_| context::of_request(method, caller, request.extensions()))
            }
            // No rule, no entry: even if a server for it were mounted.
            (None, _) => Err(Fault::unknown_method()),
            (Some(_), None) => Err(Fault::internal("no caller: authentication did not run")),
        };
        match allowed {
            Ok(ctx) => {
                request.extensions_mut().insert(ctx);
                next.run(request).await
            }
            Err(fault) => body::refuse(fault, self.service.error_domain()),
        }
    }
}
