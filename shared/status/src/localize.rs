//! Adds to an error what it says to people in their own language. Everything else of it stays as it is, its reason first of all.

use dialtone_messages::Locale;
use http::{HeaderMap, header::ACCEPT_LANGUAGE};
use prost::Message as _;
use tonic::Status;
use tonic_types::pb;

const TYPE_PREFIX: &str = "type.googleapis.com/";
const ERROR_INFO: &str = "google.rpc.ErrorInfo";
const LOCALIZED_MESSAGE: &str = "google.rpc.LocalizedMessage";

/// The language for whoever sends these headers.
pub fn wanted_locale(headers: &HeaderMap) -> Locale {
    let values = headers.get_all(ACCEPT_LANGUAGE).iter();
    Locale::negotiate(values.filter_map(|value| value.to_str().ok()))
}

/// Adds `google.rpc.LocalizedMessage` to the typed error in response headers or trailers. Leaves alone what has one, and what is no
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
    let is = |any: &prost_types::Any, name: &str| any.type_url.strip_prefix(TYPE_PREFIX) == Some(name);
    if status.details.iter().any(|any| is(any, LOCALIZED_MESSAGE)) {
        return false;
    }
    let info = status.details.iter().find(|any| is(any, ERROR_INFO));
    let Some(info) = info.and_then(|any| pb::ErrorInfo::decode(any.value.as_slice()).ok()) else {
        return false;
    };
    let metadata = info.metadata.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    let message = dialtone_messages::error(locale, &info.domain, &info.reason, metadata);
    let message = pb::LocalizedMessage { locale: locale.tag().to_owned(), message };
    status.details.push(prost_types::Any {
        type_url: format!("{TYPE_PREFIX}{LOCALIZED_MESSAGE}"),
        value: message.encode_to_vec(),
    });
    true
}
