//! ImportOrganizations.

use std::time::{Duration, Instant};

use dialtone_proto::orgfinder::v1::import_organizations_request::Payload;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::{Code, Status};
use uuid::Uuid;

use crate::support::*;

fn options(mode: ImportMode) -> ImportOptions {
    ImportOptions { mode: mode.into(), request_id: String::new(), validate_only: false }
}

fn message(payload: Payload) -> ImportOrganizationsRequest {
    ImportOrganizationsRequest { payload: Some(payload) }
}

fn file(options: ImportOptions, text: &[u8], piece: usize) -> Vec<ImportOrganizationsRequest> {
    let chunks = text.chunks(piece).map(|chunk| message(Payload::Chunk(chunk.to_vec())));
    std::iter::once(message(Payload::Options(options))).chain(chunks).collect()
}

async fn send(suite: &Suite, messages: Vec<ImportOrganizationsRequest>) -> Result<ImportOrganizationsResponse, Status> {
    let request = suite.staff(tokio_stream::iter(messages));
    Ok(suite.organizations().import_organizations(request).await?.into_inner())
}

/// Loads good lines.
pub async fn load(suite: &Suite, text: &str) {
    let answer = import(suite, ImportMode::Atomic, text).await.expect("the lines are good");
    assert_eq!(answer.created_count, answer.line_count);
}

async fn import(suite: &Suite, mode: ImportMode, text: &str) -> Result<ImportOrganizationsResponse, Status> {
    send(suite, file(options(mode), text.as_bytes(), 1000)).await
}

fn counts(answer: &ImportOrganizationsResponse) -> [i64; 4] {
    [answer.line_count, answer.created_count, answer.unchanged_count, answer.refused_count]
}

fn line(n: usize) -> String {
    format!(r#"{{"name": "Org {n}", "domains": ["org{n}.example"], "country": "SE", "region": null}}"#) + "\n"
}

const GOOD: &str = r#"{"name": "Aurora Voice", "domains": ["aurora.example", "www.aurora.example"], "country": "SE", "vertical": "J", "roles": ["PARTNER"], "verified_domains": ["aurora.example"]}
{"name": "Brightwater University", "domains": ["brightwater.example"], "country": "GB"}

"#;

const BAD: &str = r#"{"name": "Good", "domains": ["good.example"], "country": "SE"}
{"name": "Typo", "domians": ["typo.example"], "country": "SE"}
no json
{"name": "Nowhere", "domains": ["gmail.com"], "country": "XX"}
{"name": "Also good", "domains": [], "country": "NO"}
"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_loaded_wherever_it_is_cut_and_a_second_time_changes_nothing() {
    let suite = Suite::start().await;
    for (piece, expected) in [(1, [2, 2, 0, 0]), (7, [2, 0, 2, 0]), (100_000, [2, 0, 2, 0])] {
        let answer = send(&suite, file(options(ImportMode::Atomic), GOOD.as_bytes(), piece)).await.expect("it is good");
        assert_eq!(counts(&answer), expected);
    }
    let list = ListOrganizationsRequest::default();
    let list = suite.organizations().list_organizations(suite.staff(list)).await.unwrap().into_inner();
    let [aurora, brightwater] = &list.organizations[..] else { panic!("{list:?}") };
    let domains: Vec<_> = aurora.domains.iter().map(|d| (d.domain.as_str(), d.state())).collect();
    let expected = [("aurora.example", DomainState::Verified), ("www.aurora.example", DomainState::Unverified)];
    assert_eq!(domains, expected);
    assert_eq!((aurora.vertical(), &aurora.roles[..]), (Vertical::IsicJ, &[OrganizationRole::Partner.into()][..]));
    assert_eq!(brightwater.roles, [i32::from(OrganizationRole::Customer)]);
    assert_eq!(brightwater.domains[0].state(), DomainState::Unverified);
    // Events and history of the two, and nothing staged any more.
    let footprint = suite.footprint().await;
    assert_eq!((footprint[8], footprint[9], footprint[10]), (0, 2, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_lines_of_one_file_make_one_organization() {
    let suite = Suite::start().await;
    let text = line(1) + &line(2) + &line(1);
    let answer = import(&suite, ImportMode::BestEffort, &text).await.expect("it is good");
    assert_eq!(counts(&answer), [3, 2, 1, 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn best_effort_loads_the_good_lines_and_names_the_bad_ones() {
    let suite = Suite::start().await;
    let answer = import(&suite, ImportMode::BestEffort, BAD).await.expect("it is taken");
    assert_eq!(counts(&answer), [5, 2, 0, 3]);
    let mut issues: Vec<_> = answer.issues.iter().map(|i| (i.line, i.field.as_str(), i.rule.as_str())).collect();
    issues.sort_unstable();
    let expected = [
        (2, "domains", "required"),
        (2, "domians", "unknown_key"),
        (3, "", "not_json"),
        (4, "country", "country"),
        (4, "domains", "public_mail_domain"),
    ];
    assert_eq!(issues, expected);
    assert!(answer.issues.iter().all(|issue| !issue.description.is_empty()));
}

#[tokio::test(flavor = "multi_thread")]
async fn atomic_refuses_the_whole_file_and_loads_nothing() {
    let suite = Suite::start().await;
    let before = suite.footprint().await;
    let refused = import(&suite, ImportMode::Atomic, BAD).await;
    let status = assert_refused(refused, Code::InvalidArgument, "IMPORT_REFUSED", &[("refused_count", "3")]);
    let mut fields: Vec<_> = dialtone_status::field_violations(&status).into_iter().map(|v| v.field).collect();
    fields.dedup();
    assert_eq!(fields, ["lines[2]", "lines[3]", "lines[4]"]);
    // Also when the bad line comes after good ones were staged.
    let late: String = (0..1200).map(line).chain(["{}\n".to_owned()]).collect();
    let refused = import(&suite, ImportMode::Atomic, &late).await;
    assert_refused(refused, Code::InvalidArgument, "IMPORT_REFUSED", &[("refused_count", "1")]);
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_first_hundred_bad_lines_are_described() {
    let suite = Suite::start().await;
    let text = "x\n".repeat(250);
    let answer = import(&suite, ImportMode::BestEffort, &text).await.expect("it is taken");
    assert_eq!((counts(&answer), answer.issues.len()), ([250, 0, 0, 250], 100));
    assert_eq!(answer.issues[99].line, 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_in_the_wrong_order_are_refused() {
    let suite = Suite::start().await;
    let before = suite.footprint().await;
    let chunk = message(Payload::Chunk(line(1).into_bytes()));
    for messages in [vec![], vec![chunk.clone()], vec![ImportOrganizationsRequest { payload: None }]] {
        assert_refused(send(&suite, messages).await, Code::InvalidArgument, "IMPORT_OPTIONS_MISSING", &[]);
    }
    let first = message(Payload::Options(options(ImportMode::Atomic)));
    assert_invalid(send(&suite, vec![first.clone(), chunk.clone(), first.clone()]).await, &["options"]);
    assert_invalid(send(&suite, vec![first.clone(), ImportOrganizationsRequest { payload: None }]).await, &["payload"]);
    let large = message(Payload::Chunk(vec![b' '; 1024 * 1024 + 1]));
    assert_invalid(send(&suite, vec![first.clone(), large]).await, &["chunk"]);
    let unset = message(Payload::Options(ImportOptions { request_id: "x".into(), ..options(ImportMode::Unspecified) }));
    assert_invalid(send(&suite, vec![unset, chunk]).await, &["options.mode", "options.request_id"]);
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_larger_than_the_transport_takes_is_refused() {
    let suite = Suite::start().await;
    let first = message(Payload::Options(options(ImportMode::Atomic)));
    let huge = message(Payload::Chunk(vec![b' '; 5 * 1024 * 1024]));
    let limit = (4 * 1024 * 1024).to_string();
    let refused = send(&suite, vec![first, huge]).await;
    assert_refused(refused, Code::ResourceExhausted, "MESSAGE_TOO_LARGE", &[("limit_bytes", &limit)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_without_end_is_refused_before_it_fills_the_memory() {
    let suite = Suite::start().await;
    let before = suite.footprint().await;
    let text = line(1) + &"x".repeat(70_000);
    let refused = import(&suite, ImportMode::BestEffort, &text).await;
    assert_refused(refused, Code::ResourceExhausted, "LINE_TOO_LONG", &[("line", "2"), ("limit_bytes", "65536")]);
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_same_answer_and_another_file_is_refused() {
    let suite = Suite::start().await;
    let options = ImportOptions { request_id: Uuid::new_v4().to_string(), ..options(ImportMode::BestEffort) };
    let first = send(&suite, file(options.clone(), BAD.as_bytes(), 10)).await.expect("it is taken");
    let again = send(&suite, file(options.clone(), BAD.as_bytes(), 1000)).await.expect("it is taken");
    assert_eq!(first, again);
    let before = suite.footprint().await;
    let id = [("request_id", options.request_id.as_str())];
    let other = send(&suite, file(options.clone(), GOOD.as_bytes(), 10)).await;
    assert_refused(other, Code::AlreadyExists, "REQUEST_ID_REUSED", &id);
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn validate_only_counts_and_changes_nothing() {
    let suite = Suite::start().await;
    let before = suite.footprint().await;
    let options = ImportOptions { validate_only: true, ..options(ImportMode::Atomic) };
    let answer = send(&suite, file(options, GOOD.as_bytes(), 100)).await.expect("it would work");
    assert_eq!(counts(&answer), [2, 2, 0, 0]);
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_staff_imports() {
    let suite = Suite::start().await;
    let messages = file(options(ImportMode::Atomic), GOOD.as_bytes(), 100);
    let request = suite.person("anna", tokio_stream::iter(messages));
    assert_denied(suite.organizations().import_organizations(request).await, "organizations.import");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_lines_take_seconds_and_are_all_there() {
    let suite = Suite::start().await;
    let text: String = (0..10_000).map(line).collect();
    let begun = Instant::now();
    let answer = send(&suite, file(options(ImportMode::Atomic), text.as_bytes(), 64 * 1024)).await.expect("it is good");
    let took = begun.elapsed();
    assert_eq!(counts(&answer), [10_000, 10_000, 0, 0]);
    // Generous: it is two seconds on a small machine that does nothing else.
    assert!(took < Duration::from_secs(30), "{took:?}");
    let footprint = suite.footprint().await;
    assert_eq!((footprint[0], footprint[1], footprint[9]), (10_000, 10_000, 10_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_is_no_whole_file_and_leaves_nothing_behind() {
    let suite = Suite::start().await;
    let before = suite.footprint().await;
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let request = suite.staff(tokio_stream::wrappers::ReceiverStream::new(receiver));
    let mut client = suite.organizations();
    let call = tokio::spawn(async move { client.import_organizations(request).await });
    for message in file(options(ImportMode::BestEffort), (0..2000).map(line).collect::<String>().as_bytes(), 10_000) {
        sender.send(message).await.expect("the call is on");
    }
    let staged = "SELECT count(*) FROM import_lines";
    let count = || async { suite.admin.query_one(staged, &[]).await.expect("a count").get::<_, i64>(0) };
    dialtone_testkit::eventually("lines are staged", Duration::from_secs(30), async || {
        (count().await > 0).then_some(())
    })
    .await;
    call.abort();
    // Only then: an end of the stream would be the end of the file.
    call.await.expect_err("it was aborted");
    drop(sender);
    dialtone_testkit::eventually("they are gone", Duration::from_secs(30), async || (count().await == 0).then_some(()))
        .await;
    assert_eq!(suite.footprint().await, before);
}
