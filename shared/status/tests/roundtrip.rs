//! A fault sent as a status and read back, and the shared reasons held against the proto.

use dialtone_proto::operations::v1::ErrorReason;
use dialtone_status::{
    Code, Fault, PERMISSION_DENIED_TEXT, Status, Violation, cause, error_info, field_violations,
    precondition_violations, quota_violations, reason, reasons, resource_info, retry_delay, to_status,
};
use std::time::Duration;

const DOMAIN: &str = "org-finder.dialtone.internal";

/// What the caller gets of the fault, through the headers that carry it.
fn received(fault: Fault) -> Status {
    let mut headers = http::HeaderMap::new();
    to_status(fault, DOMAIN).add_header(&mut headers).expect("a status fits into headers");
    Status::from_header_map(&headers).expect("it was just written")
}

#[test]
fn every_detail_comes_back_as_it_was_sent() {
    let sent = Fault::new(Code::FailedPrecondition, "PARTNER_NOT_MAPPED", "Map the partner first.")
        .with("subscription", "subscriptions/1")
        .violation("customer", "required", "set it")
        .precondition("PARTNER_MAPPED", "subscriptions/1", "call MapPartner")
        .quota("organizations/1", "at most 5 open orders")
        .resource("subscriptions", "subscriptions/1")
        .retry_after(Duration::from_millis(1500));

    let got = received(sent);

    assert_eq!(got.code(), Code::FailedPrecondition);
    assert_eq!(got.message(), "Map the partner first.");
    let info = error_info(&got).expect("every error has one");
    assert_eq!((info.reason.as_str(), info.domain.as_str()), ("PARTNER_NOT_MAPPED", DOMAIN));
    assert_eq!(info.metadata["subscription"], "subscriptions/1");
    let fields = field_violations(&got);
    assert_eq!((fields[0].field.as_str(), fields[0].reason.as_str()), ("customer", "REQUIRED"));
    assert_eq!(precondition_violations(&got)[0].r#type, "PARTNER_MAPPED");
    assert_eq!(quota_violations(&got)[0].subject, "organizations/1");
    assert_eq!(resource_info(&got).expect("set").resource_name, "subscriptions/1");
    assert_eq!(retry_delay(&got), Some(Duration::from_millis(1500)));
}

#[test]
fn a_bare_fault_has_error_info_and_nothing_else() {
    let got = received(Fault::cancelled());
    assert_eq!(reason(&got).as_deref(), Some("CANCELLED"));
    assert!(field_violations(&got).is_empty() && precondition_violations(&got).is_empty());
    assert!(retry_delay(&got).is_none() && resource_info(&got).is_none());
}

#[test]
fn the_cause_stays_in_the_process() {
    let fault = Fault::internal("relation \"orders\" does not exist");
    let local = to_status(fault.clone(), DOMAIN);
    assert_eq!(cause(&local).as_deref(), Some("relation \"orders\" does not exist"));
    let got = received(fault);
    assert_eq!(cause(&got), None);
    assert!(!format!("{got:?}").contains("orders"));
}

#[test]
fn the_reasons_are_those_of_the_proto_with_their_codes() {
    let mut declared = Vec::new();
    for number in 1.. {
        let Ok(reason) = ErrorReason::try_from(number) else {
            break;
        };
        declared.push(reason.as_str_name().trim_start_matches("ERROR_REASON_"));
    }
    let known: Vec<_> = reasons::ALL.iter().map(|(name, _)| *name).collect();
    assert_eq!(known, declared);
}

#[test]
fn each_constructor_sends_the_code_of_its_reason() {
    let second = Duration::from_secs(1);
    let faults = [
        Fault::invalid_fields([]),
        Fault::unauthenticated("no token"),
        Fault::permission_denied("organizations.get"),
        Fault::not_found("organizations/1"),
        Fault::etag_mismatch("organizations/1"),
        Fault::request_id_reused("r"),
        Fault::invalid_page_token(),
        Fault::deadline_exceeded(),
        Fault::message_too_large(4),
        Fault::overloaded(second),
        Fault::unavailable(second),
        Fault::unknown_method(),
        Fault::internal("x"),
        Fault::operation_not_stuck("RUNNING"),
        Fault::position_expired("7"),
        Fault::malformed_message(),
        Fault::cancelled(),
        Fault::conflict(),
        Fault::operation_not_finished("RUNNING"),
    ];
    let sent: Vec<_> = faults.iter().map(|f| (f.reason, f.code)).collect();
    assert_eq!(sent, reasons::ALL);
}

#[test]
fn names_give_the_resource_and_its_collection() {
    let got = received(Fault::etag_mismatch("organizations/1/users/2"));
    let resource = resource_info(&got).expect("set");
    assert_eq!(
        (resource.resource_type.as_str(), resource.resource_name.as_str()),
        ("users", "organizations/1/users/2")
    );
}

#[test]
fn permission_denied_has_one_text() {
    let got = received(Fault::permission_denied("a"));
    assert_eq!(got.message(), PERMISSION_DENIED_TEXT);
    assert_eq!(error_info(&got).expect("set").metadata["permission"], "a");
}

#[test]
fn a_long_list_of_violations_still_fits_into_the_metadata_of_usual_clients() {
    let violations = (0..500).map(|n| Violation {
        field: format!("users[{n}].email"),
        rule: "string.email",
        description: "must be an e-mail address, for instance ada@example.com".to_owned(),
    });
    let mut headers = http::HeaderMap::new();
    to_status(Fault::invalid_fields(violations), DOMAIN).add_header(&mut headers).expect("fits");
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum();
    assert!(bytes < 8192, "{bytes}");
    let got = Status::from_header_map(&headers).expect("it was just written");
    let fields = field_violations(&got);
    let (last, listed) = fields.split_last().expect("not empty");
    assert!(listed.len() > 20);
    assert_eq!(last.reason, "MORE");
    assert!(last.description.starts_with(&(500 - listed.len()).to_string()));
}

#[test]
fn an_upstream_that_is_away_is_told_from_one_that_refuses() {
    let away = to_status(Fault::unavailable(Duration::from_secs(9)), DOMAIN);
    let fault = Fault::upstream("org-finder", &away);
    assert_eq!(fault.reason, reasons::UNAVAILABLE);
    assert_eq!(fault.retry_delay(), Some(Duration::from_secs(9)));

    let refuses = to_status(Fault::not_found("organizations/1"), DOMAIN);
    let fault = Fault::upstream("org-finder", &refuses);
    assert_eq!(fault.reason, reasons::INTERNAL);
    assert!(fault.cause().expect("kept").contains("NOT_FOUND"));
    assert!(!fault.message.contains("organizations/1"));
}
