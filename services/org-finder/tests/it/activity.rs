//! ReportActivity: what reports of outside platforms do to the directory of people.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};
use dialtone_ids::ServiceName;
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::report_activity_request::Payload;
use dialtone_proto::orgfinder::v1::*;
use dialtone_proto::time::to_timestamp;
use dialtone_status::{Code, Status};
use uuid::Uuid;

use crate::support::*;

/// Live people who were last active on these days before now, with their rollup.
pub async fn fill(suite: &Suite, organization: &str, people: &[(&str, i32)]) {
    let id = organization.strip_prefix("organizations/").expect("a name");
    for (email, days_ago) in people {
        let sql = format!(
            "INSERT INTO people (id, organization_id, email, active, last_activity, source_user) \
             VALUES (gen_random_uuid(), '{id}', '{email}', true, now() - interval '{days_ago} days', 'users/{email}')"
        );
        suite.admin.batch_execute(&sql).await.expect("the statement is right");
    }
    let roll_up = "DELETE FROM organization_activity; \
        INSERT INTO organization_activity SELECT organization_id, domain, count(*) FILTER (WHERE active AND NOT dormant), \
          max(last_activity) FROM people GROUP BY 1, 2";
    suite.admin.batch_execute(roll_up).await.expect("the statement is right");
}

/// Asserts that the rollup is what the people would count to.
pub async fn assert_rollup(suite: &Suite) {
    let sql = "SELECT count(*) FROM (SELECT organization_id, domain, count(*) FILTER (WHERE active AND NOT dormant) AS n, \
        max(last_activity) AS last FROM people GROUP BY 1, 2) AS p FULL JOIN organization_activity AS a \
        USING (organization_id, domain) WHERE p.n IS DISTINCT FROM a.active_users OR p.last IS DISTINCT FROM a.last_activity";
    let wrong: i64 = suite.admin.query_one(sql, &[]).await.expect("the statement is right").get(0);
    assert_eq!(wrong, 0);
}

/// Last activity and state of everybody, by address.
pub async fn state(suite: &Suite) -> Vec<(String, String, bool, bool)> {
    let sql = "SELECT email, last_activity::text, active, dormant FROM people ORDER BY email, organization_id";
    let rows = suite.admin.query(sql, &[]).await.expect("the statement is right");
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect()
}

pub fn hour() -> DateTime<Utc> {
    Utc::now().duration_trunc(TimeDelta::hours(1)).expect("a time of today")
}

pub fn of(parent: &str) -> ActivityOptions {
    ActivityOptions { parent: parent.into(), source: "meetings-eu".into(), ..Default::default() }
}

pub fn report(person: &str, at: DateTime<Utc>) -> ActivityReport {
    ActivityReport { person: person.into(), organization: String::new(), time: Some(to_timestamp(at)) }
}

pub fn message(payload: Payload) -> ReportActivityRequest {
    ReportActivityRequest { payload: Some(payload) }
}

pub fn stream(options: ActivityOptions, reports: &[ActivityReport], at_once: usize) -> Vec<ReportActivityRequest> {
    let batches = reports.chunks(at_once).map(|some| message(Payload::Batch(ActivityBatch { reports: some.to_vec() })));
    std::iter::once(message(Payload::Options(options))).chain(batches).collect()
}

pub async fn call(
    suite: &Suite,
    request: tonic::Request<impl futures::Stream<Item = ReportActivityRequest> + Send + 'static>,
) -> Result<ReportActivityResponse, Status> {
    Ok(suite.activity().report_activity(request).await?.into_inner())
}

pub async fn send(suite: &Suite, messages: Vec<ReportActivityRequest>) -> Result<ReportActivityResponse, Status> {
    call(suite, suite.staff(tokio_stream::iter(messages))).await
}

pub async fn tell(suite: &Suite, parent: &str, reports: &[ActivityReport]) -> ReportActivityResponse {
    send(suite, stream(of(parent), reports, 100)).await.expect("it is taken")
}

pub async fn first_person(suite: &Suite, organization: &str) -> Person {
    let list = ListPeopleRequest { parent: organization.into(), ..Default::default() };
    let listed = suite.activity().list_people(suite.staff(list)).await.expect("staff may");
    listed.into_inner().people.remove(0)
}

/// Reports, accepted, updated, added, unknown.
pub fn counts(answer: &ReportActivityResponse) -> [i64; 5] {
    let ReportActivityResponse { report_count, accepted_count, updated_people_count, added_people_count, .. } = answer;
    [*report_count, *accepted_count, *updated_people_count, *added_people_count, answer.unknown_count]
}

pub fn refusals(answer: &ReportActivityResponse) -> Vec<(ActivityRefusalReason, i64, &[i64])> {
    answer.refusals.iter().map(|refusal| (refusal.reason(), refusal.count, &refusal.reports[..])).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_latest_hour_is_kept_and_a_repeat_changes_nothing() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["own.example"])).await.name;
    fill(&suite, &own, &[("anna@own.example", 30), ("bo@own.example", 2), ("carl@own.example", 2)]).await;
    let now = Utc::now();
    let reports = [
        report("Anna@OWN.example", now - TimeDelta::days(3)),
        report("anna@own.example", now),
        report("anna@own.example", now - TimeDelta::days(9)),
        report("bo@own.example", now - TimeDelta::days(20)),
    ];
    let answer = tell(&suite, &own, &reports).await;
    assert_eq!((counts(&answer), answer.refusals.len()), ([4, 4, 1, 0, 0], 0));
    let anna = first_person(&suite, &own).await;
    assert_eq!((anna.email.as_str(), anna.last_activity_time), ("anna@own.example", Some(to_timestamp(hour()))));
    assert_rollup(&suite).await;
    // Once more, in another order and in other batches: neither people nor events nor history.
    let (before, footprint) = (state(&suite).await, suite.footprint().await);
    let reversed: Vec<_> = reports.iter().rev().cloned().collect();
    let answer = send(&suite, stream(of(&own), &reversed, 1)).await.expect("it is taken");
    assert_eq!(counts(&answer), [4, 4, 0, 0, 0]);
    assert_eq!((state(&suite).await, suite.footprint().await), (before, footprint));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_changed_something_is_told_once() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await.name;
    fill(&suite, &own, &[("anna@own.example", 30), ("bo@own.example", 30)]).await;
    tell(&suite, &own, &["anna@own.example", "bo@own.example"].map(|email| report(email, Utc::now()))).await;
    let sql = "SELECT kind, resource, data->>'source', data->>'updated_people_count' FROM outbox ORDER BY position DESC LIMIT 1";
    let row = suite.admin.query_one(sql, &[]).await.expect("there is one");
    let told: Vec<String> = (0..4).map(|column| row.get(column)).collect();
    assert_eq!(told, ["activity.reported", &own, "meetings-eu", "2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_that_cannot_be_taken_are_counted_by_reason_and_the_others_are_taken() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await.name;
    let other = suite.create(customer("Other", &[])).await.name;
    fill(&suite, &own, &[("anna@own.example", 30)]).await;
    let now = Utc::now();
    let anna = report("anna@own.example", now);
    let reports = [
        report("no address", now),
        report("a\0b@own.example", now),
        ActivityReport { organization: "organizations/x".into(), ..anna.clone() },
        ActivityReport { time: None, ..anna.clone() },
        ActivityReport { time: Some(prost_types::Timestamp { seconds: i64::MAX, nanos: 0 }), ..anna.clone() },
        report("anna@own.example", now + TimeDelta::minutes(10)),
        ActivityReport { organization: other.clone(), ..anna.clone() },
        report(&format!("{other}/people/{}", Uuid::new_v4()), now),
        report("nobody@own.example", now),
        report(&format!("{own}/people/{}", Uuid::new_v4()), now),
        report("anna@own.example", now + TimeDelta::minutes(4)),
    ];
    let answer = tell(&suite, &own, &reports).await;
    assert_eq!(counts(&answer), [11, 1, 1, 0, 2]);
    let expected: [(_, _, &[i64]); 5] = [
        (ActivityRefusalReason::MalformedPerson, 2, &[0, 1]),
        (ActivityRefusalReason::MalformedOrganization, 1, &[2]),
        (ActivityRefusalReason::MalformedTime, 2, &[3, 4]),
        (ActivityRefusalReason::FutureTime, 1, &[5]),
        (ActivityRefusalReason::NotYourOrganization, 2, &[6, 7]),
    ];
    assert_eq!(refusals(&answer), expected);
    let unknown: Vec<_> =
        answer.unknown_people.iter().map(|unknown| (unknown.report, unknown.person.as_str())).collect();
    assert_eq!(unknown, [(8, "nobody@own.example"), (9, reports[9].person.as_str())]);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_learns_of_or_moves_another_organization_s_people() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await.name;
    let other = suite.create(customer("Other", &[])).await.name;
    fill(&suite, &own, &[("anna@own.example", 30)]).await;
    fill(&suite, &other, &[("olga@other.example", 30)]).await;
    suite.grant(&own, "robot", Role::ProvisioningAdmin).await;
    suite.grant(&own, "reader", Role::ReadOnly).await;
    let (before, now) = (state(&suite).await, Utc::now());
    let robot = async |parent: &str, reports: &[ActivityReport]| {
        call(&suite, suite.person("robot", tokio_stream::iter(stream(of(parent), reports, 100)))).await
    };
    // As unknown as somebody who is nowhere.
    let answer = robot(&own, &[report("olga@other.example", now), report("nobody@other.example", now)]).await.unwrap();
    assert_eq!((counts(&answer), answer.refusals.len()), ([2, 0, 0, 0, 2], 0));
    // An organization that is there is refused as one that is not.
    let elsewhere =
        |organization: &str, email| ActivityReport { organization: organization.into(), ..report(email, now) };
    let nowhere = nowhere();
    let reports = [
        elsewhere(&other, "olga@other.example"),
        elsewhere(&nowhere, "x@x.example"),
        report("olga@other.example", now),
    ];
    for parent in [&own, "organizations/-"] {
        let answer = robot(parent, &reports[..2]).await.expect("the stream is taken");
        let expected: [(_, _, &[i64]); 1] = [(ActivityRefusalReason::NotYourOrganization, 2, &[0, 1])];
        assert_eq!((counts(&answer), refusals(&answer)), ([2, 0, 0, 0, 0], expected.to_vec()));
    }
    let answer = robot("organizations/-", &reports).await.expect("the stream is taken");
    assert_eq!(refusals(&answer)[0].1, 3);
    for parent in [&other, &nowhere] {
        assert_denied(robot(parent, &reports).await, "people.reportActivity");
    }
    for subject in ["reader", "stranger"] {
        let request = suite.person(subject, tokio_stream::iter(stream(of(&own), &reports, 100)));
        assert_denied(call(&suite, request).await, "people.reportActivity");
    }
    // Refused before anything else is told of the request.
    let bad = ActivityOptions { request_id: "x".into(), ..of(&other) };
    let request = suite.person("robot", tokio_stream::iter(vec![message(Payload::Options(bad))]));
    assert_denied(call(&suite, request).await, "people.reportActivity");
    assert_eq!(state(&suite).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn staff_services_and_administrators_report() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await.name;
    let second = suite.create(customer("Second", &[])).await.name;
    fill(&suite, &own, &[("anna@own.example", 30)]).await;
    fill(&suite, &second, &[("anna@own.example", 30), ("bo@second.example", 30)]).await;
    suite.grant(&second, "robot", Role::FullAdmin).await;
    let now = Utc::now();
    // Without an organization: wherever the address is a live person. Only those who see everything may.
    let everywhere = stream(of("organizations/-"), &[report("anna@own.example", now)], 100);
    let request = suite.service(ServiceName::UserProvisioning, tokio_stream::iter(everywhere));
    assert_eq!(counts(&call(&suite, request).await.expect("a service may")), [1, 1, 2, 0, 0]);
    let named = ActivityReport { organization: second.clone(), ..report("bo@second.example", now) };
    let request = suite.person("robot", tokio_stream::iter(stream(of("organizations/-"), &[named], 100)));
    assert_eq!(counts(&call(&suite, request).await.expect("an administrator may")), [1, 1, 1, 0, 0]);
    assert_rollup(&suite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_can_be_reported_by_name_and_twice_in_one_chunk() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await.name;
    fill(&suite, &own, &[("anna@own.example", 30)]).await;
    let name = first_person(&suite, &own).await.name;
    let now = Utc::now();
    let named = ActivityReport { organization: own.clone(), ..report("anna@own.example", now - TimeDelta::days(2)) };
    let reports =
        [report(&name, now - TimeDelta::days(1)), named, report("anna@own.example", now - TimeDelta::days(3))];
    let answer = tell(&suite, "organizations/-", &reports).await;
    assert_eq!(counts(&answer), [3, 3, 1, 0, 0]);
    assert_rollup(&suite).await;
    let sql = "SELECT now() - last_activity < interval '26 hours' FROM people";
    assert!(suite.admin.query_one(sql, &[]).await.expect("one person").get::<_, bool>(0), "the latest of them counts");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeat_gets_the_same_answer_and_another_stream_is_refused_and_changes_nothing() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await.name;
    fill(&suite, &own, &[("anna@own.example", 30), ("bo@own.example", 30)]).await;
    let options = ActivityOptions { request_id: Uuid::new_v4().to_string(), ..of(&own) };
    let now = Utc::now();
    let reports = [report("anna@own.example", now), report("x@own.example", now), report("", now)];
    let first = send(&suite, stream(options.clone(), &reports, 1)).await.expect("it is taken");
    assert_eq!(counts(&first), [3, 1, 1, 0, 1]);
    let (before, footprint) = (state(&suite).await, suite.footprint().await);
    let again = send(&suite, stream(options.clone(), &reports, 100)).await.expect("it is taken");
    assert_eq!(again, first);
    let id = [("request_id", options.request_id.as_str())];
    let other = [report("bo@own.example", now)];
    let refused = send(&suite, stream(options.clone(), &other, 1)).await;
    assert_refused(refused, Code::AlreadyExists, "REQUEST_ID_REUSED", &id);
    let otherwise = ActivityOptions { add_unknown_people: true, ..options.clone() };
    let refused = send(&suite, stream(otherwise, &reports, 1)).await;
    assert_refused(refused, Code::AlreadyExists, "REQUEST_ID_REUSED", &id);
    assert_eq!((state(&suite).await, suite.footprint().await), (before, footprint));
}

#[tokio::test(flavor = "multi_thread")]
async fn validate_only_counts_and_changes_nothing() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["own.example"])).await.name;
    suite.admin.batch_execute("UPDATE organization_domains SET state = 'VERIFIED'").await.unwrap();
    fill(&suite, &own, &[("anna@own.example", 30)]).await;
    let (before, footprint) = (state(&suite).await, suite.footprint().await);
    let options = ActivityOptions { validate_only: true, add_unknown_people: true, ..of(&own) };
    let reports = [report("anna@own.example", Utc::now()), report("new@own.example", Utc::now())];
    let answer = send(&suite, stream(options, &reports, 100)).await.expect("it would work");
    assert_eq!(counts(&answer), [2, 2, 1, 1, 0]);
    assert_eq!((state(&suite).await, suite.footprint().await), (before, footprint));
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_people_are_added_where_the_domain_is_known_to_be_theirs() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["own.example", "claimed-to-be.example"])).await.name;
    let verify = "UPDATE organization_domains SET state = 'VERIFIED' WHERE domain = 'own.example'";
    suite.admin.batch_execute(verify).await.unwrap();
    fill(&suite, &own, &[("gone@own.example", 30)]).await;
    suite.admin.batch_execute("UPDATE people SET active = false").await.unwrap();
    fill(&suite, &own, &[]).await;
    let now = Utc::now();
    let emails =
        ["new@own.example", "n@mail.own.example", "x@claimed-to-be.example", "gone@own.example", "x@gmail.com"];
    let mut reports: Vec<_> = emails.iter().map(|email| report(email, now)).collect();
    reports.push(report("long-ago@own.example", now - TimeDelta::days(400)));
    let unasked = tell(&suite, &own, &reports).await;
    assert_eq!(counts(&unasked), [6, 0, 0, 0, 6]);
    let options = ActivityOptions { add_unknown_people: true, ..of(&own) };
    for expected in [[6, 3, 0, 3, 3], [6, 3, 0, 0, 3]] {
        let answer = send(&suite, stream(options.clone(), &reports, 100)).await.expect("it is taken");
        assert_eq!(counts(&answer), expected);
        let unknown: Vec<_> = answer.unknown_people.iter().map(|unknown| unknown.person.as_str()).collect();
        assert_eq!(unknown, ["x@claimed-to-be.example", "gone@own.example", "x@gmail.com"]);
    }
    assert_rollup(&suite).await;
    let live: Vec<_> =
        state(&suite).await.into_iter().map(|(email, _, active, dormant)| (email, active, dormant)).collect();
    let expected = [
        ("gone@own.example", false, false),
        ("long-ago@own.example", true, true),
        ("n@mail.own.example", true, false),
        ("new@own.example", true, false),
    ];
    assert_eq!(live, expected.map(|(email, active, dormant)| (email.to_owned(), active, dormant)));
}
