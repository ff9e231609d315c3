//! Says who calls.

use dialtone_authz::{Caller, IDENTITY_HEADER, TokenVerifier};
use dialtone_ids::ServiceName;
use dialtone_status::Fault;
use http::{HeaderMap, Request, Response};
use tonic::body::Body;

use super::{Around, Next, trace::known};
use crate::body;

/// Believes the internal token and nothing else. Without a token the caller is nobody in particular; with one that does not verify,
/// the call is refused whatever its method: who shows a forged token is not to be served as a stranger.
#[derive(Clone, Debug)]
pub struct Authenticate {
    /// Whose domain the error gets.
    pub service: ServiceName,
    /// Whom to believe.
    pub verifier: TokenVerifier,
}

impl Around for Authenticate {
    async fn around<N: Next>(self, mut request: Request<Body>, next: N) -> Response<Body> {
        let caller = match self.caller(request.headers()) {
            Ok(caller) => caller,
            Err(fault) => return body::refuse(fault, self.service.error_domain()),
        };
        known(&request).set_caller(&caller);
        // The token has done its work; nothing further in may log it or pass it on.
        request.headers_mut().remove(IDENTITY_HEADER);
        request.extensions_mut().insert(caller);
        next.run(request).await
    }
}

impl Authenticate {
    fn caller(&self, headers: &HeaderMap) -> Result<Caller, Fault> {
        let mut tokens = headers.get_all(IDENTITY_HEADER).iter();
        let (token, second) = (tokens.next(), tokens.next());
        let Some(token) = token else {
            return Ok(Caller::anonymous());
        };
        let verified = match (token.to_str(), second) {
            (Ok(token), None) => self.verifier.verify(token).map_err(|why| why.to_string()),
            (Ok(_), Some(_)) => Err("more than one token".to_owned()),
            (Err(_), _) => Err("no text".to_owned()),
        };
        verified.map_err(|why| {
            tracing::warn!(why, "an identity token was refused");
            Fault::unauthenticated("The identity token does not verify.")
        })
    }
}
