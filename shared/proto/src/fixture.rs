//! Messages of tests/fixture, which have every rule and option that the build knows.

#[allow(clippy::all, unreachable_pub, reason = "generated code")]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/fixture/includes.rs"));
}

#[allow(clippy::all, reason = "generated code")]
mod implementations {
    use crate::validate::check;
    include!(concat!(env!("OUT_DIR"), "/fixture/implementations.rs"));
}

use generated::dialtone;
pub(crate) use generated::dialtone::fixture::v1::*;

#[test]
fn fields_marked_debug_redact_are_not_in_debug_output() {
    let message = Secretive {
        name: "shown".into(),
        token: "S3CRET".into(),
        answer: Some(secretive::Answer::Word("also shown".into())),
        key: Some(vec![1]),
    };
    let text = format!("{message:?}");
    assert!(text.contains("shown") && text.contains("also shown") && text.contains("[1]"), "{text}");
    assert!(!text.contains("S3CRET"), "{text}");
}

#[test]
fn tokens_of_set_up_links_are_not_in_debug_output() {
    let request = crate::subscriptions::v1::OpenSetupLinkRequest { token: "S3CRET".into() };
    let response =
        crate::subscriptions::v1::OpenSetupLinkResponse { session_token: "S3CRET".into(), ..Default::default() };
    assert!(!format!("{request:?} {response:?}").contains("S3CRET"));
}
