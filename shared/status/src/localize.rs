//! Adds to an error what it says to people in their own language. Everything else of it stays as it is, its reason first of all.

use dialtone_messages::Locale;
use http::{HeaderMap, header::ACCEPT_LANGUAGE};
use prost::Message as _;
use prost_types::Any;
use tonic::Status;
use tonic_types::pb;

const TYPE_PREFIX: &str = "type.googleapis.com/";
const ERROR_INFO: &str = "google.rpc.ErrorInfo";
const BAD_REQUEST: &str = "google.rpc.BadRequest";
const LOCALIZED_MESSAGE: &str = "google.rpc.LocalizedMessage";

/// How large a status may grow by the texts of its violations. It travels base64-coded in a trailer, of which the usual clients take
/// 8 KiB with all else that is there; what finds no room stays without.
const ROOM_BYTES: usize = 5000;

/// The language for whoever sends these headers.
pub fn wanted_locale(headers: &HeaderMap) -> Locale {
    let values = headers.get_all(ACCEPT_LANGUAGE).iter();
    Locale::negotiate(values.filter_map(|value| value.to_str().ok()))
}

/// Adds `google.rpc.LocalizedMessage` to the typed error in response headers or trailers, and to its violations. Leaves alone what has one, and what is no
/// typed error: give it to [`crate::normalise`] first.
pub fn localize(headers: &mut HeaderMap, locale: Locale) {
    if let Some(status) = localized(headers, locale) {
        crate::normalise::write(headers, &status);
    }
}

/// [`localize`] for a response whose headers may be a trailers-only error; keeps the `Status` that tonic leaves in the extensions in
/// accord with the headers.
pub fn localize_response<B>(response: &mut http::Response<B>, locale: Locale) {
    if let Some(status) = localized(response.headers(), locale) {
        crate::normalise::write(response.headers_mut(), &status);
        response.extensions_mut().insert(status);
    }
}

/// The same for a status inside a message, such as the error of an operation.
pub fn localize_status(status: &mut pb::Status, locale: Locale) {
    add(status, locale);
}

fn localized(headers: &HeaderMap, locale: Locale) -> Option<Status> {
    // Most answers are no errors, and this is their whole cost.
    headers.get(Status::GRPC_STATUS_DETAILS)?;
    let status = Status::from_header_map(headers)?;
    let mut details = pb::Status::decode(status.details()).ok()?;
    add(&mut details, locale)
        .then(|| Status::with_details(status.code(), status.message(), details.encode_to_vec().into()))
}

/// Whether something was added.
fn add(status: &mut pb::Status, locale: Locale) -> bool {
    if status.details.iter().any(|any| is(any, LOCALIZED_MESSAGE)) {
        return false;
    }
    let info = status.details.iter().find(|any| is(any, ERROR_INFO));
    let Some(info) = info.and_then(|any| pb::ErrorInfo::decode(any.value.as_slice()).ok()) else {
        return false;
    };
    let metadata = info.metadata.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let message = dialtone_messages::error(locale, &info.domain, &info.reason, metadata);
    status.details.push(Any {
        type_url: format!("{TYPE_PREFIX}{LOCALIZED_MESSAGE}"),
        value: localized_message(locale, message).encode_to_vec(),
    });
    let room = ROOM_BYTES.saturating_sub(status.encoded_len());
    if let Some(any) = status.details.iter_mut().find(|any| is(any, BAD_REQUEST)) {
        add_to_violations(any, locale, room);
    }
    true
}

/// Adds to as many violations as `room` bytes allow.
fn add_to_violations(any: &mut Any, locale: Locale, mut room: usize) {
    let Ok(mut request) = pb::BadRequest::decode(any.value.as_slice()) else {
        return;
    };
    for violation in &mut request.field_violations {
        let message = localized_message(locale, dialtone_messages::rule(locale, &violation.reason));
        // A tag and a length for the text, and perhaps a byte more for the length of the violation.
        let Some(left) = room.checked_sub(message.encoded_len() + 4) else {
            break;
        };
        room = left;
        violation.localized_message = Some(message);
    }
    any.value = request.encode_to_vec();
}

fn localized_message(locale: Locale, message: String) -> pb::LocalizedMessage {
    pb::LocalizedMessage { locale: locale.tag().to_owned(), message }
}

fn is(any: &Any, name: &str) -> bool {
    any.type_url.strip_prefix(TYPE_PREFIX) == Some(name)
}
