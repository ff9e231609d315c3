//! MatchOrganizations.

use dialtone_ids::{ServiceName, SubscriptionId};
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;
use dialtone_testkit::request;

use crate::support::*;

fn question(email: &str, role: OrganizationRole) -> MatchOrganizationsRequest {
    MatchOrganizationsRequest { contact_email: email.into(), role: role.into(), company_name: String::new() }
}

async fn ask(suite: &Suite, email: &str) -> MatchOrganizationsResponse {
    let question = question(email, OrganizationRole::Customer);
    suite.finder().match_organizations(suite.person("anyone", question)).await.expect("anyone may").into_inner()
}

fn names(answer: &MatchOrganizationsResponse) -> Vec<&str> {
    answer.candidates.iter().map(|c| c.display_name.as_str()).collect()
}

/// Puts somebody into the directory, as the feed would.
pub async fn add_person(suite: &Suite, organization: &str, email: &str, days_ago: i32) {
    let id = organization.strip_prefix("organizations/").expect("a name");
    let domain = email.split('@').nth(1).expect("an address");
    let sql = format!(
        "INSERT INTO people (id, organization_id, email, active, last_activity, source_user) \
           VALUES (gen_random_uuid(), '{id}', '{email}', true, now() - interval '{days_ago} days', 'x'); \
         INSERT INTO organization_activity AS a VALUES ('{id}', '{domain}', 1, now() - interval '{days_ago} days') \
           ON CONFLICT (organization_id, domain) DO UPDATE SET active_users = a.active_users + 1"
    );
    suite.admin.batch_execute(&sql).await.expect("the statement is right");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_of_one_organization_is_matched_with_its_evidence() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["own.example", "mail.own.example"])).await.name;
    suite.create(customer("Namesake", &["other.example"])).await;
    let partner_org = suite.create(partner("P", &[])).await.name;
    suite.link(&partner_org, &own, Role::FullAdmin).await.unwrap();
    let verify = "UPDATE organization_domains SET state = 'VERIFIED' WHERE domain = 'own.example'";
    suite.admin.batch_execute(verify).await.unwrap();
    add_person(&suite, &own, "anna@own.example", 3).await;
    add_person(&suite, &own, "bo@own.example", 1).await;

    let answer = ask(&suite, "Anna@OWN.example").await;
    assert_eq!((answer.outcome(), names(&answer)), (MatchOutcome::Matched, vec!["Own"]));
    let candidate = &answer.candidates[0];
    assert_eq!(candidate.organization, own);
    let evidence = candidate.evidence.as_ref().expect("it is always there");
    assert_eq!(evidence.verified_domains, ["own.example"]);
    assert_eq!(evidence.unverified_domains, ["mail.own.example"]);
    assert_eq!((evidence.active_users, evidence.region_code.as_str()), (2, "SE"));
    assert_eq!(evidence.partners, [partner_org]);
    assert!(evidence.last_user_activity_time.is_some());
    let signals: Vec<_> = candidate.signals.iter().map(|signal| signal.name.as_str()).collect();
    assert_eq!(signals, ["exact_contact", "verified_domain", "recent_activity", "users_on_domain"]);
    let sum: f64 = candidate.signals.iter().map(|signal| signal.contribution).sum();
    assert!((candidate.score - sum).abs() < 1e-9);
    assert!(!candidate.unlikely && candidate.unlikely_reason.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_address_finds_its_domain_and_the_parents_down_to_the_registered_one() {
    let suite = Suite::start().await;
    suite.create(customer("Own", &["own.co.uk"])).await;
    suite.create(customer("Deep", &["deep.mail.own.co.uk"])).await;
    suite.create(customer("Other", &["other.co.uk"])).await;
    let answer = ask(&suite, "x@mail.own.co.uk").await;
    assert_eq!((answer.outcome(), names(&answer)), (MatchOutcome::Candidates, vec!["Own"]));
    assert!(answer.candidates[0].unlikely && !answer.candidates[0].unlikely_reason.is_empty());
    let answer = ask(&suite, "x@deep.mail.own.co.uk").await;
    assert_eq!(names(&answer), ["Deep", "Own"]);
    assert_eq!(ask(&suite, "x@brother.co.uk").await.outcome(), MatchOutcome::None);
}

#[tokio::test(flavor = "multi_thread")]
async fn public_mail_domains_and_suffixes_never_match_even_if_somebody_holds_them() {
    let suite = Suite::start().await;
    suite.create(customer("Greedy", &["greedy.example"])).await;
    for domain in ["gmail.com", "co.uk", "com"] {
        let hold = format!(
            "INSERT INTO organization_domains SELECT id, '{domain}', 'VERIFIED' FROM organizations ORDER BY id LIMIT 1"
        );
        suite.admin.batch_execute(&hold).await.unwrap();
    }
    for email in ["anna@gmail.com", "anna@co.uk", "anna@anything.co.uk", "anna@anything.com"] {
        let answer = ask(&suite, email).await;
        assert_eq!((answer.outcome(), answer.candidates.len()), (MatchOutcome::None, 0), "{email}");
    }
    // A known person at a public domain is known all the same.
    let own = suite.create(customer("Own", &[])).await.name;
    add_person(&suite, &own, "anna@gmail.com", 1).await;
    assert_eq!(ask(&suite, "anna@gmail.com").await.outcome(), MatchOutcome::Matched);
}

#[tokio::test(flavor = "multi_thread")]
async fn several_memberships_and_lost_ones_make_candidates() {
    let suite = Suite::start().await;
    let a = suite.create(customer("A", &["a.example"])).await.name;
    let b = suite.create(customer("B", &[])).await.name;
    add_person(&suite, &a, "anna@a.example", 400).await;
    add_person(&suite, &b, "anna@a.example", 2).await;
    let answer = ask(&suite, "anna@a.example").await;
    assert_eq!(answer.outcome(), MatchOutcome::Candidates);
    let mut found = names(&answer);
    found.sort_unstable();
    assert_eq!(found, ["A", "B"]);
    suite.admin.batch_execute("UPDATE people SET active = false").await.unwrap();
    let answer = ask(&suite, "anna@a.example").await;
    assert_eq!((answer.outcome(), names(&answer)), (MatchOutcome::Candidates, vec!["A"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_organizations_with_the_wanted_role_are_meant() {
    let suite = Suite::start().await;
    let own = suite.create(partner("P", &["p.example"])).await.name;
    add_person(&suite, &own, "anna@p.example", 1).await;
    assert_eq!(ask(&suite, "anna@p.example").await.outcome(), MatchOutcome::None);
    let as_partner = question("anna@p.example", OrganizationRole::Partner);
    let answer = suite.finder().match_organizations(suite.staff(as_partner)).await.unwrap().into_inner();
    assert_eq!(answer.outcome(), MatchOutcome::Matched);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_most_twenty_in_an_order_that_does_not_change() {
    let suite = Suite::start().await;
    for n in 0..25 {
        let create = CreateOrganizationRequest {
            organization: Some(customer(&format!("Org {n:02}"), &["shared.example"])),
            allow_duplicate: true,
            ..Default::default()
        };
        suite.organizations().create_organization(suite.staff(create)).await.unwrap();
    }
    let ask = || async {
        let mut question = question("x@shared.example", OrganizationRole::Customer);
        question.company_name = "Org 17".into();
        suite.finder().match_organizations(suite.staff(question)).await.unwrap().into_inner()
    };
    let first = ask().await;
    assert_eq!((first.candidates.len(), names(&first)[0]), (20, "Org 17"));
    assert_eq!(ask().await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_caller_may_ask_and_is_told_in_its_language() {
    let suite = Suite::start().await;
    let ask = || question("x@nothing.example", OrganizationRole::Customer);
    let contact = suite.keys.setup_contact("x@nothing.example", SubscriptionId::new());
    for token in [suite.keys.platform(), suite.keys.service(ServiceName::Subscriptions), contact] {
        let answer = suite.finder().match_organizations(request(&token, ask())).await.expect("anyone may");
        assert_eq!(answer.into_inner().outcome(), MatchOutcome::None);
    }
    let mut texts = std::collections::BTreeSet::new();
    for locale in ["en", "fr", "sv", "de", "pt-BR"] {
        let mut request = suite.staff(ask());
        request.metadata_mut().insert("accept-language", locale.parse().unwrap());
        let answer = suite.finder().match_organizations(request).await.unwrap().into_inner();
        assert_eq!(answer.outcome(), MatchOutcome::None);
        texts.insert(answer.message);
    }
    assert_eq!(texts.len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_that_break_rules_are_refused() {
    let suite = Suite::start().await;
    for email in ["", "anna", "anna@", "@own.example", "anna@localhost", "an na@own.example"] {
        let refused =
            suite.finder().match_organizations(suite.staff(question(email, OrganizationRole::Customer))).await;
        assert_invalid(refused, &["contact_email"]);
    }
    let mut bad = question("anna@x", OrganizationRole::Unspecified);
    bad.company_name = "x".repeat(201);
    let refused = suite.finder().match_organizations(suite.staff(bad)).await;
    assert_invalid(refused, &["contact_email", "role", "company_name"]);
}
