//! Ends every call in time, streams included.

use std::{future::Future as _, pin::Pin, task::Context, time::Duration};

use dialtone_ids::ServiceName;
use dialtone_proto::Method;
use dialtone_status::Fault;
use http::{HeaderMap, Request, Response};
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};
use tokio_util::sync::WaitForCancellationFutureOwned;
use tonic::body::Body;

use super::{Around, Next, trace::known};
use crate::{
    accept::Draining,
    body::{self, Filter, Polled},
    context::{Deadline, single},
};

/// In place of no deadline: far enough that nobody meets it, near enough for every clock.
const NEVER: Duration = Duration::from_secs(365 * 24 * 60 * 60);
/// When to come back to a server that is going away: at once, to another replica.
const ELSEWHERE: Duration = Duration::from_millis(100);

/// Answers DEADLINE_EXCEEDED when the caller's `grpc-timeout`, the method's own limit or the process's cap is over, whichever is
/// first, and drops the handler. A method without a limit (Watch) is bounded by the caller's timeout alone, and ends as UNAVAILABLE
/// when its connection is to close, so that the client goes on watching elsewhere.
///
/// tonic's own timeout answers CANCELLED and ends at the response's headers; this server does not use it.
#[derive(Clone, Copy, Debug)]
pub struct Deadlines {
    /// Whose domain the error gets.
    pub service: ServiceName,
    /// No method with a limit may take longer.
    pub cap: Duration,
}

impl Around for Deadlines {
    async fn around<N: Next>(self, mut request: Request<Body>, next: N) -> Response<Body> {
        let domain = self.service.error_domain();
        let method = known(&request).method();
        let end = Instant::now() + self.time(method, request.headers());
        request.extensions_mut().insert(Deadline(end));
        let endless = method.is_some_and(|method| method.policy.deadline.is_none());
        let draining = request.extensions().get::<Draining>().filter(|_| endless).cloned();
        let Ok(response) = timeout_at(end, next.run(request)).await else {
            return body::refuse(Fault::deadline_exceeded(), domain);
        };
        if body::is_refusal(&response) {
            return response;
        }
        let ending = Ending {
            domain,
            time: Box::pin(sleep_until(end)),
            draining: draining.map(|draining| Box::pin(draining.begun())),
        };
        body::filtered(response, ending)
    }
}

impl Deadlines {
    fn time(self, method: Option<&Method>, headers: &HeaderMap) -> Duration {
        let own = match method {
            Some(method) => method.policy.deadline.map_or(NEVER, |limit| limit.min(self.cap)),
            None => self.cap,
        };
        let asked = single(headers, "grpc-timeout").and_then(parse);
        asked.map_or(own, |asked| asked.min(own))
    }
}

/// `grpc-timeout` of the protocol: at most eight digits and a unit. None for anything else.
fn parse(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.is_empty() || digits.len() > 8 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let value: u64 = digits.parse().ok()?;
    Some(match unit {
        "H" => Duration::from_secs(value * 60 * 60),
        "M" => Duration::from_secs(value * 60),
        "S" => Duration::from_secs(value),
        "m" => Duration::from_millis(value),
        "u" => Duration::from_micros(value),
        "n" => Duration::from_nanos(value),
        _ => return None,
    })
}

struct Ending {
    domain: &'static str,
    time: Pin<Box<Sleep>>,
    draining: Option<Pin<Box<WaitForCancellationFutureOwned>>>,
}

impl Filter for Ending {
    fn poll(&mut self, inner: &mut Body, cx: &mut Context<'_>) -> Polled {
        // Time first: a body that always has a frame ready would never let it be seen.
        if self.time.as_mut().poll(cx).is_ready() {
            return body::end_with(inner, Fault::deadline_exceeded(), self.domain);
        }
        if let Some(draining) = &mut self.draining
            && draining.as_mut().poll(cx).is_ready()
        {
            return body::end_with(inner, Fault::unavailable(ELSEWHERE), self.domain);
        }
        body::pass(inner, cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeouts_of_the_protocol_and_nothing_else() {
        for (text, expected) in [
            ("3H", Some(Duration::from_secs(10_800))),
            ("2M", Some(Duration::from_secs(120))),
            ("15S", Some(Duration::from_secs(15))),
            ("250m", Some(Duration::from_millis(250))),
            ("99999999n", Some(Duration::from_nanos(99_999_999))),
            ("0u", Some(Duration::ZERO)),
            ("", None),
            ("S", None),
            ("5", None),
            ("-5S", None),
            ("+5S", None),
            ("123456789S", None),
            ("5ä", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}
