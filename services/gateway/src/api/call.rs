//! What is known of one call from its first byte to its last, and what is told of it at the end: metrics, one log line,
//! its span.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use dialtone_authz::Caller;
use dialtone_ids::ServiceName;
use dialtone_proto::Method;
use dialtone_status::{Code, Locale, Status, error_info};
use dialtone_telemetry::{Context, InFlight};
use http::{HeaderMap, HeaderName, HeaderValue};

use super::trace;
use crate::config::AccessLog;

/// Carries the id of the request, in and out.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longer ids are not taken: they go into every log line and history row.
const MAX_ID: usize = 64;

/// One call. Dropped before it was told how it ended, it counts as cancelled.
pub(crate) struct Call {
    /// What is called; none if this build does not know it.
    pub(crate) method: Option<&'static Method>,
    id: HeaderValue,
    locale: Locale,
    began: Instant,
    caller: &'static str,
    service: &'static str,
    in_flight: Option<InFlight>,
    trace: Context,
    log: AccessLog,
}

impl Call {
    pub(crate) fn new(
        method: Option<&'static Method>,
        (id, locale): (HeaderValue, Locale),
        in_flight: InFlight,
        trace: Context,
        log: AccessLog,
    ) -> Self {
        Self {
            method,
            id,
            locale,
            began: Instant::now(),
            caller: "unknown",
            service: "gateway",
            in_flight: Some(in_flight),
            trace,
            log,
        }
    }

    /// The traceable id.
    pub(crate) fn id(&self) -> &HeaderValue {
        &self.id
    }

    /// The language in which the gateway itself answers.
    pub(crate) fn locale(&self) -> Locale {
        self.locale
    }

    pub(crate) fn set_caller(&mut self, caller: &Caller) {
        self.caller = caller.kind_name();
    }

    pub(crate) fn set_service(&mut self, service: ServiceName) {
        self.service = service.as_str();
    }

    /// Tells the end that headers or trailers carry; false if they carry none.
    pub(crate) fn end_by(&mut self, headers: &HeaderMap) -> bool {
        let Some(status) = headers.get(Status::GRPC_STATUS) else {
            return false;
        };
        match Code::from_bytes(status.as_bytes()) {
            Code::Ok => self.end(Code::Ok, ""),
            code => {
                let info = Status::from_header_map(headers).and_then(|status| error_info(&status));
                self.end(code, info.as_ref().map_or("", |info| &info.reason));
            }
        }
        true
    }

    /// Tells the end, once.
    pub(crate) fn end(&mut self, code: Code, reason: &str) {
        let Some(in_flight) = self.in_flight.take() else {
            return;
        };
        in_flight.end(code as i32);
        let ours = matches!(code, Code::Internal | Code::Unknown | Code::DataLoss);
        let name = code_name(code);
        trace::end(&self.trace, name, ours);
        let told = match self.log {
            AccessLog::All => true,
            AccessLog::Failures => code != Code::Ok,
            AccessLog::Off => false,
        };
        if told {
            self.log(name, reason, ours);
        }
    }

    fn log(&self, code: &'static str, reason: &str, ours: bool) {
        // Only paths of known methods: anything else would let callers invent names without end.
        let method = self.method.map_or("_OTHER", |method| method.path);
        let request = self.id.to_str().unwrap_or_default();
        let duration_ms = self.began.elapsed().as_secs_f64() * 1000.0;
        let (caller, service) = (self.caller, self.service);
        if ours {
            tracing::warn!(method, code, reason, caller, duration_ms, request, service, "request");
        } else {
            tracing::info!(method, code, reason, caller, duration_ms, request, service, "request");
        }
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        self.end(Code::Cancelled, "CANCELLED");
    }
}

/// The caller's id if it is one short plain word, else a fresh one. Put into the headers for the service.
pub(crate) fn request_id(headers: &mut HeaderMap) -> HeaderValue {
    let mut given = headers.get_all(REQUEST_ID).iter();
    let id = match (given.next(), given.next()) {
        (Some(id), None) if is_sane(id.as_bytes()) => return id.clone(),
        _ => fresh_id(),
    };
    headers.insert(REQUEST_ID, id.clone());
    id
}

fn is_sane(id: &[u8]) -> bool {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._".contains(byte);
    (1..=MAX_ID).contains(&id.len()) && id.iter().all(plain)
}

/// A UUIDv7 from the thread's own generator: the `uuid` crate asks the kernel for each.
fn fresh_id() -> HeaderValue {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = u64::try_from(now.as_millis()).unwrap_or_default();
    let id = uuid::Builder::from_unix_timestamp_millis(millis, &rand::random()).into_uuid();
    let mut text = uuid::Uuid::encode_buffer();
    HeaderValue::from_str(id.hyphenated().encode_lower(&mut text)).expect("digits, letters and dashes")
}

/// The code as the protocol spells it: `DEADLINE_EXCEEDED`.
fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_word_is_taken_as_id_and_anything_else_is_replaced() {
        let id = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(REQUEST_ID, HeaderValue::from_static(value));
            }
            let id = request_id(&mut headers);
            assert_eq!(headers.get_all(REQUEST_ID).iter().collect::<Vec<_>>(), [&id]);
            id
        };
        assert_eq!(id(&["Abc-1._2"]), "Abc-1._2");
        let long: &'static str = "x".repeat(MAX_ID + 1).leak();
        for bad in [&[][..], &[""], &["a b"], &["a\"b"], &[long], &["a", "b"]] {
            let fresh = id(bad);
            let uuid = uuid::Uuid::parse_str(fresh.to_str().expect("text")).expect("a UUID");
            assert_eq!(uuid.get_version_num(), 7);
        }
    }
}
