//! ReportActivity as a stream: its messages, its end, several at once, and the year after which nobody counts.

use std::time::Duration;

use chrono::{DurationRound as _, TimeDelta, Utc};
use dialtone_proto::orgfinder::v1::report_activity_request::Payload;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::Code;
use dialtone_testkit::eventually;

use crate::activity::*;
use crate::support::*;

#[tokio::test(flavor = "multi_thread")]
async fn messages_in_the_wrong_order_or_too_large_are_refused() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await.name;
    let before = suite.footprint().await;
    let first = message(Payload::Options(of(&own)));
    let batch = message(Payload::Batch(ActivityBatch { reports: vec![report("a@own.example", Utc::now())] }));
    for messages in [vec![], vec![batch.clone()], vec![ReportActivityRequest { payload: None }]] {
        assert_refused(send(&suite, messages).await, Code::InvalidArgument, "ACTIVITY_OPTIONS_MISSING", &[]);
    }
    assert_invalid(send(&suite, vec![first.clone(), batch.clone(), first.clone()]).await, &["options"]);
    assert_invalid(send(&suite, vec![first.clone(), ReportActivityRequest { payload: None }]).await, &["payload"]);
    let large = ActivityBatch { reports: vec![ActivityReport::default(); 5001] };
    assert_invalid(send(&suite, vec![first, message(Payload::Batch(large))]).await, &["batch.reports"]);
    let bad =
        ActivityOptions { parent: "organizations/x".into(), source: "a b".into(), request_id: "x".into(), ..of(&own) };
    let fields = ["options.parent", "options.source", "options.request_id"];
    assert_invalid(send(&suite, vec![message(Payload::Options(bad))]).await, &fields);
    let almost = of("organizations/------------------------------------");
    assert_invalid(send(&suite, vec![message(Payload::Options(almost))]).await, &["options.parent"]);
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_take_effect_while_the_stream_lasts_and_stay_when_it_breaks_off() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await.name;
    fill(&suite, &own, &[("anna@own.example", 30)]).await;
    let (sender, receiver) = tokio::sync::mpsc::channel(4);
    let request = suite.staff(tokio_stream::wrappers::ReceiverStream::new(receiver));
    let mut client = suite.activity();
    let call = tokio::spawn(async move { client.report_activity(request).await });
    for message in stream(of(&own), &[report("anna@own.example", Utc::now())], 1) {
        sender.send(message).await.expect("the call is on");
    }
    let moved = async || {
        let sql = "SELECT last_activity > now() - interval '2 hours' FROM people";
        suite.admin.query_one(sql, &[]).await.expect("one person").get::<_, bool>(0).then_some(())
    };
    eventually("the report has taken effect", Duration::from_secs(30), moved).await;
    call.abort();
    call.await.expect_err("it was aborted");
    drop(sender);
    assert_rollup(&suite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_seen_for_a_year_is_not_counted_until_seen_again() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["own.example"])).await.name;
    fill(&suite, &own, &[("anna@own.example", 366), ("bo@own.example", 364), ("carl@own.example", 800)]).await;
    // Every process looks when it starts.
    let second = suite.start_another().await;
    let dormant = async || {
        let sql = "SELECT count(*) FROM people WHERE dormant";
        (suite.admin.query_one(sql, &[]).await.expect("a count").get::<_, i64>(0) == 2).then_some(())
    };
    eventually("two are dormant", Duration::from_secs(30), dormant).await;
    drop(second);
    assert_rollup(&suite).await;
    let active = async || {
        let sql = "SELECT active_users FROM organization_activity";
        suite.admin.query_one(sql, &[]).await.expect("one domain").get::<_, i64>(0)
    };
    assert_eq!(active().await, 1);
    let now = Utc::now();
    let later = [report("carl@own.example", now - TimeDelta::days(700)), report("anna@own.example", now)];
    assert_eq!(counts(&tell(&suite, &own, &later).await), [2, 2, 2, 0, 0]);
    assert_eq!(active().await, 2);
    assert_rollup(&suite).await;
    // Somebody dormant is still who the address belongs to.
    let question = MatchOrganizationsRequest {
        contact_email: "carl@own.example".into(),
        role: OrganizationRole::Customer.into(),
        company_name: String::new(),
    };
    let answer = suite.finder().match_organizations(suite.staff(question)).await.expect("staff may").into_inner();
    assert_eq!(answer.outcome(), MatchOutcome::Matched);
    assert_eq!(answer.candidates[0].evidence.as_ref().map(|evidence| evidence.active_users), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_at_once_come_to_the_same_as_one_after_the_other() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await.name;
    let insert = format!(
        "INSERT INTO people (id, organization_id, email, active, dormant, last_activity, source_user) \
         SELECT gen_random_uuid(), '{}', 'p' || n || '@d' || n % 3 || '.example', n % 11 <> 0, n % 7 = 0, \
           now() - interval '400 days', '' FROM generate_series(0, 2999) AS n",
        own.trim_start_matches("organizations/")
    );
    suite.admin.batch_execute(&insert).await.expect("the statement is right");
    fill(&suite, &own, &[]).await;
    let now = Utc::now();
    let person = |n: usize| format!("p{n}@d{}.example", n % 3);
    let streams = (0..4_usize).map(|lane| {
        // Each in another order, with other times of the same people.
        let reports: Vec<_> = (0..6000_usize)
            .map(|n| (n * 7 + lane * 1013) % 3000)
            .map(|n| report(&person(n), now - TimeDelta::hours(((n * 31 + lane * 17) % 99) as i64)))
            .collect();
        send(&suite, stream(of(&own), &reports, 700))
    });
    for answer in futures::future::join_all(streams).await {
        assert_eq!(counts(&answer.expect("it is taken"))[4], 2 * 273);
    }
    assert_rollup(&suite).await;
    let states = state(&suite).await;
    assert_eq!(states.iter().filter(|(_, _, active, dormant)| *active && *dormant).count(), 0);
    for lane in 0..4_usize {
        let n = 1234;
        let at =
            (now - TimeDelta::hours(((n * 31 + lane * 17) % 99) as i64)).duration_trunc(TimeDelta::hours(1)).unwrap();
        let sql = "SELECT extract(epoch FROM last_activity)::bigint FROM people WHERE email = $1";
        let kept: i64 = suite.admin.query_one(sql, &[&person(n)]).await.expect("one person").get(0);
        assert!(kept >= at.timestamp(), "lane {lane}");
    }
}
