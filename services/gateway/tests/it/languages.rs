//! The gateway's own errors in the caller's language; those of services, and the wish itself, pass as they are.

use dialtone_status::{Locale, Status, error_info, localized_message};
use prost::Message as _;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;

use crate::{
    backend::failure,
    world::{READ, World, gateway_reason},
};

const GERMAN: &str = "ja, de-AT;q=0.5";

fn told(status: &Status) -> (String, String) {
    let told = localized_message(status).expect("every error of the gateway has one");
    (told.locale, told.message)
}

#[tokio::test]
async fn a_refusal_of_the_gateway_is_told_in_the_callers_language() {
    let world = World::start().await;
    let mut texts = std::collections::BTreeSet::new();
    for locale in Locale::ALL {
        let client = world.client.anonymous().with("accept-language", locale.tag());
        let status = client.unary(READ, "").await.expect_err("no token");
        assert_eq!((status.code(), gateway_reason(&status).as_str()), (Code::Unauthenticated, "UNAUTHENTICATED"));
        let (tag, text) = told(&status);
        assert_eq!(tag, locale.tag());
        texts.insert(text);
    }
    assert_eq!(texts.len(), Locale::ALL.len());
    let status = world.client.anonymous().with("accept-language", "ja").unary(READ, "").await.expect_err("no token");
    assert_eq!(told(&status).0, "en");
}

#[tokio::test]
async fn an_error_of_a_service_passes_untouched_and_so_does_the_wish() {
    let world = World::start().await;
    let client = world.client.does("fail").with("accept-language", GERMAN);
    let status = client.unary(READ, "").await.expect_err("it fails");
    assert_eq!(status.details(), failure().details());
    assert_eq!(world.seen[0].last().1["accept-language"], GERMAN);
}

#[tokio::test]
async fn an_answer_that_breaks_off_ends_in_the_callers_language() {
    let world = World::with(&[("limits.max_message_bytes", "1000")]).await;
    let client = world.client.with("accept-language", GERMAN);
    let status = client.unary(READ, vec![1; 1001]).await.expect_err("too large");
    assert_eq!(gateway_reason(&status), "MESSAGE_TOO_LARGE");
    assert_eq!(
        told(&status),
        ("de".to_owned(), "Die Anfrage ist größer als 1000 Byte. Bitte senden Sie weniger auf einmal.".to_owned())
    );
}

#[tokio::test]
async fn what_the_gateway_serves_itself_fails_like_everything_else() {
    let world = World::start().await;
    let client = world.client.with("accept-language", "sv");
    let unknown = HealthCheckRequest { service: "no.such.Service".to_owned() }.encode_to_vec();
    let status = client.unary("/grpc.health.v1.Health/Check", unknown).await.expect_err("no such service");
    assert_eq!((status.code(), gateway_reason(&status).as_str()), (Code::NotFound, "NOT_FOUND"));
    assert_eq!(told(&status).0, "sv");
    let status = client.unary("/grpc.health.v1.Health/Nothing", "").await.expect_err("no such method");
    assert_eq!((status.code(), gateway_reason(&status).as_str()), (Code::Unimplemented, "UNKNOWN_METHOD"));
    assert_eq!(error_info(&status).expect("typed").domain, "gateway.dialtone.internal");
}
