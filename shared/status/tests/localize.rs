//! What an error says in its caller's language, and that it says nothing else anew.

use std::time::Duration;

use dialtone_status::{
    Code, Fault, Locale, Status, Violation, error_info, field_violations, localize, localize_response, localize_status,
    localized_message, resource_info, retry_delay, to_status, wanted_locale,
};
use http::{HeaderMap, HeaderValue, header::ACCEPT_LANGUAGE};
use tonic_types::pb;

const DOMAIN: &str = "subscriptions.dialtone.internal";

fn headers(fault: Fault) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert("x-trailer", HeaderValue::from_static("kept"));
    to_status(fault, DOMAIN).add_header(&mut headers).expect("a status fits into headers");
    headers
}

fn received(fault: Fault, locale: Locale) -> Status {
    let mut headers = headers(fault);
    localize(&mut headers, locale);
    assert_eq!(headers["x-trailer"], "kept");
    Status::from_header_map(&headers).expect("it was just written")
}

#[test]
fn the_text_is_added_and_everything_else_stays() {
    let fault = || {
        Fault::new(Code::AlreadyExists, "ORDER_EXISTS", "There is such an order.")
            .with("order_number", "A-1")
            .violation("order.order_number", "unique", "choose another")
            .resource("orders", "orders/1")
            .retry_after(Duration::from_secs(2))
    };
    for locale in Locale::ALL {
        let got = received(fault(), locale);
        assert_eq!((got.code(), got.message()), (Code::AlreadyExists, "There is such an order."));
        let info = error_info(&got).expect("kept");
        assert_eq!((info.reason.as_str(), info.domain.as_str()), ("ORDER_EXISTS", DOMAIN));
        assert_eq!(info.metadata["order_number"], "A-1");
        assert_eq!(field_violations(&got)[0].description, "choose another");
        assert_eq!(resource_info(&got).expect("kept").resource_name, "orders/1");
        assert_eq!(retry_delay(&got), Some(Duration::from_secs(2)));
        let told = localized_message(&got).expect("added");
        assert_eq!(told.locale, locale.tag());
        assert!(told.message.contains("A-1"));
    }
    let german = localized_message(&received(fault(), Locale::German)).expect("added");
    assert!(german.message.starts_with("Eine Bestellung mit der Nummer A-1"));
}

#[test]
fn each_violation_is_told_by_its_rule() {
    let fault = Fault::invalid_fields([])
        .violation("contact.email", "string.email", "is no address")
        .violation("customer.name", "string.max_len", "is too long: give at most 80 characters, not 99")
        .violation("x", "rule.of.nobody", "is wrong");
    let fields = field_violations(&received(fault, Locale::German));
    let told = |index: usize| fields[index].localized_message.clone().expect("there is room").message;
    assert!(told(0).starts_with("Das ist keine E-Mail-Adresse"));
    assert!(told(1).starts_with("Diese Angabe ist zu lang"));
    assert_eq!(told(2), "Diese Angabe ist ungültig.");
    assert_eq!((fields[1].reason.as_str(), fields[1].field.as_str()), ("STRING_MAX_LEN", "customer.name"));
    assert_eq!(fields[1].description, "is too long: give at most 80 characters, not 99");
}

#[test]
fn an_error_is_localized_once() {
    let mut headers = headers(Fault::cancelled());
    localize(&mut headers, Locale::French);
    let once = headers.clone();
    localize(&mut headers, Locale::Swedish);
    assert_eq!(headers, once);
}

#[test]
fn success_and_untyped_errors_are_left_alone() {
    let mut ok = HeaderMap::new();
    ok.insert("grpc-status", HeaderValue::from_static("0"));
    let mut bare = HeaderMap::new();
    Status::unknown("words of a library").add_header(&mut bare).expect("fits");
    let mut broken = bare.clone();
    broken.insert("grpc-status-details-bin", HeaderValue::from_static("AAA"));
    for mut headers in [HeaderMap::new(), ok, bare, broken] {
        let before = headers.clone();
        localize(&mut headers, Locale::German);
        assert_eq!(headers, before);
    }
}

#[test]
fn the_status_in_the_extensions_is_the_one_in_the_headers() {
    let mut response = to_status(Fault::conflict(), DOMAIN).into_http::<()>();
    localize_response(&mut response, Locale::Swedish);
    let kept = response.extensions().get::<Status>().expect("it is there");
    let sent = Status::from_header_map(response.headers()).expect("an error");
    assert_eq!(kept.details(), sent.details());
    assert_eq!(localized_message(&sent).expect("added").locale, "sv");
}

#[test]
fn a_status_inside_a_message_is_told_too() {
    let sent = to_status(Fault::not_found("orders/1"), DOMAIN);
    let mut inside: pb::Status = prost::Message::decode(sent.details()).expect("just written");
    localize_status(&mut inside, Locale::French);
    let told = Status::with_details(sent.code(), "", prost::Message::encode_to_vec(&inside).into());
    assert_eq!(localized_message(&told).expect("added").message, "orders/1 n'existe pas.");
}

#[test]
fn the_longest_error_still_fits_into_the_metadata_of_usual_clients() {
    let violations = (0..500).map(|n| Violation {
        field: format!("users[{n}].email"),
        rule: "string.email",
        description: "must be an e-mail address, for instance ada@example.com".to_owned(),
    });
    let mut headers = HeaderMap::new();
    to_status(Fault::invalid_fields(violations), DOMAIN).add_header(&mut headers).expect("fits");
    localize(&mut headers, Locale::German);
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum();
    assert!(bytes < 8192, "{bytes}");
    let fields = field_violations(&Status::from_header_map(&headers).expect("it was just written"));
    let told = fields.iter().take_while(|field| field.localized_message.is_some()).count();
    assert!(told > 0 && told < fields.len());
    assert!(fields[told..].iter().all(|field| field.localized_message.is_none()));
}

#[test]
fn all_headers_of_a_request_count_and_what_is_no_text_does_not() {
    let mut headers = HeaderMap::new();
    assert_eq!(wanted_locale(&headers), Locale::English);
    headers.append(ACCEPT_LANGUAGE, HeaderValue::from_static("ja, sv;q=0.3"));
    headers.append(ACCEPT_LANGUAGE, HeaderValue::from_bytes(b"d\xe9").expect("legal bytes"));
    headers.append(ACCEPT_LANGUAGE, HeaderValue::from_static("pt-PT;q=0.4"));
    assert_eq!(wanted_locale(&headers), Locale::BrazilianPortuguese);
}
