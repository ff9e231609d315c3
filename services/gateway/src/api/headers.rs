//! Headers that must not pass: those that belong to one connection, and those by which the suite believes itself.

use http::{HeaderMap, HeaderName, HeaderValue, header::TE};

/// What the suite's own headers begin with. From outside they are lies.
const OWN_PREFIX: &str = "x-dialtone-";

/// Takes away what must not pass on from a request.
pub(crate) fn strip_request(headers: &mut HeaderMap) {
    strip(headers);
    // HTTP/2 allows nothing else here, and gRPC wants it there.
    if headers.get(TE).is_some_and(|te| te != "trailers") {
        headers.insert(TE, HeaderValue::from_static("trailers"));
    }
}

/// Takes away what must not pass on from an answer.
pub(crate) fn strip_response(headers: &mut HeaderMap) {
    strip(headers);
}

/// One look at each name; there is rarely anything to take away.
fn strip(headers: &mut HeaderMap) {
    while let Some(name) = headers.keys().find(|name| is_forbidden(name)).cloned() {
        headers.remove(name);
    }
}

fn is_forbidden(name: &HeaderName) -> bool {
    match name.as_str() {
        "connection"
        | "keep-alive"
        | "proxy-connection"
        | "transfer-encoding"
        | "upgrade"
        | "host"
        | "proxy-authorization"
        | "proxy-authenticate" => true,
        other => other.starts_with(OWN_PREFIX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_belongs_to_the_connection_or_to_us_is_gone_and_the_rest_is_not() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("te", "trailers, deflate"),
            ("connection", "x-hop"),
            ("host", "gateway"),
            ("proxy-authorization", "secret"),
            ("x-dialtone-identity", "forged"),
            ("x-dialtone-identity", "twice"),
            ("x-dialtone-anything", "forged"),
            ("x-request-id", "1"),
            ("custom-bin", "AAE"),
        ] {
            headers.append(name, HeaderValue::from_static(value));
        }
        strip_request(&mut headers);
        let mut left: Vec<_> = headers.keys().map(HeaderName::as_str).collect();
        left.sort_unstable();
        assert_eq!(left, ["custom-bin", "te", "x-request-id"]);
        assert_eq!(headers["te"], "trailers");
    }
}
