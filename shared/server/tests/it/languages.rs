//! Every error says in its caller's language what to do, and its reason is the same in all of them.

use dialtone_proto::events::v1::WatchRequest;
use dialtone_status::{Code, Locale, LocalizedMessage, Status, error_info, localized_message};
use dialtone_testkit::log_guard;

use crate::support::{Running, assert_fault, config, start, with_token};

fn told(status: &Status) -> LocalizedMessage {
    localized_message(status).unwrap_or_else(|| panic!("no LocalizedMessage in {status:?}"))
}

async fn get(running: &Running, name: &str, languages: &[&str]) -> Status {
    let mut request = running.get(name);
    for language in languages {
        request.metadata_mut().append("accept-language", language.parse().expect("text"));
    }
    running.operations().get_operation(request).await.expect_err("an error")
}

#[tokio::test]
async fn an_error_is_told_in_the_language_wanted_most() {
    let running = start(config()).await;
    for (languages, locale) in [
        (&[][..], "en"),
        (&["de"], "de"),
        (&["de-AT, en;q=0.5"], "de"),
        (&["ja, de;q=0.3, sv-FI;q=0.7"], "sv"),
        (&["ja", "pt-PT;q=0.1"], "pt-BR"),
        (&["ja, zh-Hant;q=0.5"], "en"),
        (&["not a language, ;;q=, fr"], "fr"),
        (&[&"ja,".repeat(2000)], "en"),
    ] {
        let status = get(&running, "fault", languages).await;
        assert_eq!(told(&status).locale, locale, "{languages:?}");
    }
}

#[tokio::test]
async fn only_the_text_differs_between_languages() {
    let running = start(config()).await;
    let mut texts = std::collections::BTreeSet::new();
    for locale in Locale::ALL {
        let status = get(&running, "fault", &[locale.tag()]).await;
        assert_fault(&status, Code::Aborted, "ETAG_MISMATCH");
        assert_eq!(status.message(), "things/1 changed since you read it; read it again and repeat the change.");
        assert_eq!(error_info(&status).expect("checked").metadata["resource"], "things/1");
        let told = told(&status);
        assert!(told.message.contains("things/1"));
        texts.insert(told.message);
    }
    assert_eq!(texts.len(), Locale::ALL.len());
}

#[tokio::test]
async fn errors_of_the_stack_and_of_the_transport_are_told_too() {
    let mut logs = log_guard();
    logs.allow("a handler panicked");
    let running = start(config()).await;
    for (name, reason) in [("internal", "INTERNAL"), ("bare", "INTERNAL"), ("panic", "INTERNAL")] {
        let status = get(&running, name, &["sv"]).await;
        assert_fault(&status, Code::Internal, reason);
        let request = error_info(&status).expect("checked").metadata["request"].clone();
        assert!(told(&status).message.starts_with("Något gick fel") && told(&status).message.contains(&request));
    }
    let mut forged = with_token(running.get("x").into_inner(), "forged");
    forged.metadata_mut().insert("accept-language", "fr".parse().expect("text"));
    let status = running.operations().get_operation(forged).await.expect_err("no token of ours");
    assert_fault(&status, Code::Unauthenticated, "UNAUTHENTICATED");
    assert!(told(&status).message.starts_with("Vous n'êtes pas connecté"));
}

#[tokio::test]
async fn a_stream_that_ends_badly_is_told_too() {
    let mut logs = log_guard();
    logs.allow("a handler panicked");
    let running = start(config()).await;
    let mut watch = running.as_platform(WatchRequest { position: "panic".to_owned(), ..WatchRequest::default() });
    watch.metadata_mut().insert("accept-language", "de".parse().expect("text"));
    let mut stream = running.events().watch(watch).await.expect("it begins").into_inner();
    let status = stream.message().await.expect_err("it panics");
    assert_fault(&status, Code::Internal, "INTERNAL");
    assert!(told(&status).message.starts_with("Bei uns ist ein Fehler"));
}
