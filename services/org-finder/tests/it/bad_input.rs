//! What nobody should send, and what only looks so: each is refused by field and rule with nothing changed, or kept as it is.

use chrono::Utc;
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::report_activity_request::Payload;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::{Code, Status};

use crate::activity::{message, of, refusals, report, send, tell};
use crate::support::*;

/// Turn the text around them, or are no letters at all.
const UNPRINTABLE: [&str; 6] = ["nul\0", "\0", "line\nbreak", "over\u{202e}ride", "iso\u{2066}late", "\u{85}"];

/// Asserts INVALID_FIELDS of exactly this field by this rule.
fn assert_broken<T: std::fmt::Debug>(answer: Result<T, Status>, field: &str, rule: &str) {
    let status = assert_refused(answer, Code::InvalidArgument, "INVALID_FIELDS", &[]);
    let violations = dialtone_status::field_violations(&status);
    let broken: Vec<_> =
        violations.iter().map(|violation| (violation.field.as_str(), violation.reason.as_str())).collect();
    assert_eq!(broken, [(field, rule)]);
}

async fn create(suite: &Suite, name: &str) -> Result<Organization, Status> {
    let create = CreateOrganizationRequest { organization: Some(customer(name, &[])), ..Default::default() };
    Ok(suite.organizations().create_organization(suite.staff(create)).await?.into_inner())
}

async fn rename(suite: &Suite, organization: &Organization, name: &str) -> Result<Organization, Status> {
    let update = UpdateOrganizationRequest {
        organization: Some(Organization { display_name: name.into(), ..organization.clone() }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["display_name".into()] }),
        ..Default::default()
    };
    Ok(suite.organizations().update_organization(suite.staff(update)).await?.into_inner())
}

async fn find(suite: &Suite, email: &str, company_name: &str) -> Result<MatchOrganizationsResponse, Status> {
    let question = MatchOrganizationsRequest {
        contact_email: email.into(),
        role: OrganizationRole::Customer.into(),
        company_name: company_name.into(),
    };
    Ok(suite.finder().match_organizations(suite.staff(question)).await?.into_inner())
}

async fn import(suite: &Suite, line: &str) -> Result<ImportOrganizationsResponse, Status> {
    use import_organizations_request::Payload;
    let options = ImportOptions { mode: ImportMode::BestEffort.into(), ..Default::default() };
    let messages = [Payload::Options(options), Payload::Chunk(line.into())];
    let messages = messages.map(|payload| ImportOrganizationsRequest { payload: Some(payload) });
    Ok(suite.organizations().import_organizations(suite.staff(tokio_stream::iter(messages))).await?.into_inner())
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_any_script_are_kept_as_they_are() {
    let suite = Suite::start().await;
    // Emoji with joiners and flags, right-to-left script with its marks, combining letters, and 200 characters of four bytes.
    let long = "\u{1f600}".repeat(200);
    for name in ["👩‍💻 Büro 🇸🇪", "مكاتب\u{200f} (صغيرة)", "Stockholm\u{301} – «kontor»", "小さなオフィス", long.as_str()]
    {
        let made = create(&suite, name).await.expect(name);
        assert_eq!(suite.get(&made.name).await.display_name, name);
        let refused = create(&suite, name).await;
        let metadata = [("organizations", made.name.as_str()), ("scores", "1.00")];
        assert_refused(refused, Code::AlreadyExists, "LOOKS_LIKE_EXISTING", &metadata);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_deceive_or_are_too_long_are_refused_at_every_door() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await;
    let before = suite.footprint().await;
    let (field, large) = ("organization.display_name", "n".repeat(10_240));
    for name in UNPRINTABLE {
        assert_broken(create(&suite, name).await, field, "PRINTABLE");
        assert_broken(rename(&suite, &own, name).await, field, "PRINTABLE");
    }
    assert_broken(create(&suite, &large).await, field, "STRING_MAX_LEN");
    assert_broken(rename(&suite, &own, &large).await, field, "STRING_MAX_LEN");
    for name in UNPRINTABLE.into_iter().chain([large.as_str()]) {
        let line = serde_json::json!({"name": name, "domains": [], "country": "SE"}).to_string();
        let answer = import(&suite, &line).await.expect("the others would be loaded");
        assert_eq!((answer.created_count, answer.refused_count), (0, 1));
        assert_eq!((answer.issues[0].field.as_str(), answer.issues[0].rule.as_str()), ("name", "name"));
    }
    assert_broken(find(&suite, "x@own.example", &large).await, "company_name", "STRING_MAX_LEN");
    // A name that is only asked about harms nobody.
    for name in UNPRINTABLE {
        let answer = find(&suite, "x@own.example", name).await.expect("nothing of that name");
        assert_eq!(answer.outcome(), MatchOutcome::None);
    }
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn subjects_with_control_characters_or_without_end_are_refused() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await.name;
    let before = suite.footprint().await;
    let large = "s".repeat(10_240);
    for (subject, rule) in [("nul\0", "STRING_PATTERN"), ("line\nbreak", "STRING_PATTERN"), (&large, "STRING_MAX_LEN")]
    {
        let grant = Grant { subject: subject.into(), role: Role::ReadOnly.into(), ..Grant::default() };
        let grant = GrantRoleRequest { parent: own.clone(), grant: Some(grant), ..Default::default() };
        assert_broken(suite.access().grant_role(suite.staff(grant)).await, "grant.subject", rule);
        let check = CheckAccessRequest { organization: own.clone(), subject: subject.into() };
        assert_broken(suite.access().check_access(suite.staff(check)).await, "subject", rule);
        let list = ListAccessRequest { subject: subject.into() };
        assert_broken(suite.access().list_access(suite.staff(list)).await, "subject", rule);
    }
    assert_eq!(suite.footprint().await, before);
    // Subjects are what an issuer makes of them.
    for subject in ["auth0|5f7c8ec7c33c6c004bbafe82", "Åsa Öberg 👩‍💻", "https://idp.example/users/1"] {
        suite.grant(&own, subject, Role::ReadOnly).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_at_most_254_octets() {
    let suite = Suite::start().await;
    let domain = format!("{0}.{0}.{0}.example", "d".repeat(60));
    let own = suite.create(customer("Own", &[&domain])).await.name;
    let of = |octets: usize| format!("{}@{domain}", "a".repeat(octets - 1 - domain.len()));
    let found = find(&suite, &of(254), "").await.expect("it is an address");
    assert_eq!(found.candidates.iter().map(|candidate| &candidate.organization).collect::<Vec<_>>(), [&own]);
    let before = suite.footprint().await;
    assert_broken(find(&suite, &of(255), "").await, "contact_email", "STRING_MAX_BYTES");
    assert_invalid(find(&suite, &format!("{}@{domain}", "a".repeat(10_240)), "").await, &["contact_email"]);
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn contacts_that_are_no_addresses_are_refused() {
    let suite = Suite::start().await;
    suite.create(customer("Own", &["own.example"])).await;
    let before = suite.footprint().await;
    for email in [
        "anna\0@own.example",
        "anna@own.example\0",
        "\"anna\0\"@own.example",
        "anna\u{200f}@own.example",
        "\u{202e}anna@own.example",
        "anna@own.example\u{200f}",
        "anna@own\u{200b}.example",
        "anna@[192.0.2.1]",
        "Anna <anna@own.example>",
        "anna@own.example,bo@own.example",
    ] {
        assert_invalid(find(&suite, email, "").await, &["contact_email"]);
    }
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn quoted_local_parts_are_addresses_of_their_own_and_emoji_none() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["own.example"])).await.name;
    suite.create(customer("Other", &["other.example"])).await;
    suite.people(&own, &[("anna@own.example", true, 1), ("berg@other.example", true, 1)]).await;
    for email in ["\"anna berg\"@own.example", "\"berg@other.example\"@own.example"] {
        let answer = find(&suite, email, "").await.expect("it is an address");
        let found: Vec<_> = answer.candidates.iter().map(|candidate| &candidate.organization).collect();
        assert_eq!((answer.outcome(), found), (MatchOutcome::Candidates, vec![&own]), "{email}");
    }
    // With a joiner that nobody sees.
    assert_broken(find(&suite, "👩\u{200d}💻@own.example", "").await, "contact_email", "STRING_EMAIL");
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_of_people_who_have_no_address_are_counted_and_take_nobody_in() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["own.example"])).await.name;
    suite.domain_state(&own, "own.example", "VERIFIED").await;
    let adding = ActivityOptions { add_unknown_people: true, ..of(&own) };
    let before = suite.footprint().await;
    let people = ["nul\0@own.example", "line\n@own.example", "@own.example", "anna@own.example\0", "anna", ""];
    let mut reports: Vec<_> = people.iter().map(|person| report(person, Utc::now())).collect();
    reports.push(report(&format!("{}@own.example", "a".repeat(900)), Utc::now()));
    let batch = |reports: Vec<ActivityReport>| message(Payload::Batch(ActivityBatch { reports }));
    let options = || message(Payload::Options(adding.clone()));
    let answer = send(&suite, vec![options(), batch(reports)]).await.expect("each is counted");
    assert_eq!(refusals(&answer), [(ActivityRefusalReason::MalformedPerson, 7, &[0, 1, 2, 3, 4, 5, 6][..])]);
    let large = vec![report(&"a".repeat(10_240), Utc::now())];
    assert_broken(send(&suite, vec![options(), batch(large)]).await, "batch.reports[0].person", "STRING_MAX_BYTES");
    assert_eq!(suite.count("SELECT count(*) FROM people").await, 0);
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_domain_that_only_looks_like_another_is_not_taken_for_it() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["paypal.example"])).await.name;
    suite.people(&own, &[("anna@paypal.example", true, 1)]).await;
    // With a Cyrillic a, a Greek o, and all Cyrillic; as their ASCII forms, in which mail has them.
    for look_alike in
        ["p\u{430}ypal.example", "payp\u{3b1}l.example", "\u{440}\u{430}\u{443}\u{440}\u{430}\u{4cf}.example"]
    {
        let ascii = idna::domain_to_ascii_strict(look_alike).expect("it is a domain");
        let answer = find(&suite, &format!("anna@{ascii}"), "").await.expect("it is an address");
        assert_eq!((answer.outcome(), answer.candidates.len()), (MatchOutcome::None, 0), "{look_alike}");
        let answer = tell(&suite, &own, &[report(&format!("anna@{look_alike}"), Utc::now())]).await;
        assert_eq!(answer.updated_people_count, 0, "{look_alike}");
    }
    // What cannot be seen does not make another domain of it.
    let found = tell(&suite, &own, &[report("anna@pay\u{ad}pal.example", Utc::now())]).await;
    assert_eq!((found.accepted_count, found.updated_people_count), (1, 1));
}
