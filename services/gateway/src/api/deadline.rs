//! Until when a call may run.

use std::time::Duration;

use dialtone_client::grpc_timeout;
use dialtone_proto::Method;
use http::HeaderMap;
use tokio::time::Instant;

/// The nearest of what the caller asks (`grpc-timeout`), what the method allows and the gateway's cap. None for a stream
/// that has no end of its own, unless its caller sets one.
pub(crate) fn of(headers: &HeaderMap, method: Option<&Method>, cap: Duration) -> Option<Instant> {
    let asked = headers.get(grpc_timeout::HEADER).and_then(grpc_timeout::parse);
    let allowed = match method {
        Some(method) => method.policy.deadline.map(|limit| limit.min(cap)),
        None => Some(cap),
    };
    let time = [asked, allowed].into_iter().flatten().min()?;
    Instant::now().checked_add(time)
}

/// Tells the service how much time is left.
pub(crate) fn pass_on(headers: &mut HeaderMap, deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => headers.insert(grpc_timeout::HEADER, grpc_timeout::remaining(deadline)),
        None => headers.remove(grpc_timeout::HEADER),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    const CAP: Duration = Duration::from_secs(60);

    fn left(timeout: Option<&'static str>, path: &str) -> Option<u64> {
        let mut headers = HeaderMap::new();
        if let Some(timeout) = timeout {
            headers.insert(grpc_timeout::HEADER, HeaderValue::from_static(timeout));
        }
        let deadline = of(&headers, dialtone_proto::method(path), CAP)?;
        Some(deadline.saturating_duration_since(Instant::now()).as_secs_f64().round() as u64)
    }

    #[test]
    fn the_nearest_limit_holds() {
        let (get, wait) =
            ("/google.longrunning.Operations/GetOperation", "/google.longrunning.Operations/WaitOperation");
        assert_eq!(left(None, get), Some(5));
        assert_eq!(left(Some("2S"), get), Some(2));
        assert_eq!(left(Some("90S"), get), Some(5));
        assert_eq!(left(Some("bad"), get), Some(5));
        assert_eq!(left(None, wait), Some(60));
        assert_eq!(left(None, "/a.B/Unknown"), Some(60));
    }

    #[test]
    fn a_stream_without_end_has_only_its_callers_limit() {
        let watch = "/dialtone.events.v1.EventService/Watch";
        assert_eq!(left(None, watch), None);
        assert_eq!(left(Some("90S"), watch), Some(90));
    }
}
