//! ExplainMatch: why an organization is the match, a candidate or neither.

use dialtone_ids::{ServiceName, SubscriptionId};
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::{Code, Status};
use dialtone_testkit::request;

use crate::matching::add_person;
use crate::support::*;

fn question(email: &str, organization: &str, role: OrganizationRole) -> ExplainMatchRequest {
    ExplainMatchRequest {
        contact_email: email.into(),
        organization: organization.into(),
        role: role.into(),
        company_name: String::new(),
    }
}

async fn explain(suite: &Suite, email: &str, organization: &str) -> ExplainMatchResponse {
    let question = question(email, organization, OrganizationRole::Customer);
    suite.finder().explain_match(suite.staff(question)).await.expect("staff may ask").into_inner()
}

fn obstacles(answer: &ExplainMatchResponse) -> Vec<MatchObstacle> {
    answer.obstacles().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_match_shows_is_explained_as_the_match_says_it() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["own.example"])).await.name;
    let share = CreateOrganizationRequest {
        organization: Some(customer("Other", &["own.example", "other.example"])),
        allow_duplicate: true,
        ..Default::default()
    };
    let other = suite.organizations().create_organization(suite.staff(share)).await.unwrap().into_inner().name;
    let matched = || async {
        let question = MatchOrganizationsRequest {
            contact_email: "x@mail.own.example".into(),
            role: OrganizationRole::Customer.into(),
            company_name: String::new(),
        };
        suite.finder().match_organizations(suite.staff(question)).await.unwrap().into_inner()
    };
    let shown = matched().await;
    assert_eq!((shown.outcome(), shown.candidates.len()), (MatchOutcome::Candidates, 2));
    for (rank, candidate) in (1..).zip(&shown.candidates) {
        let told = explain(&suite, "x@mail.own.example", &candidate.organization).await;
        assert_eq!((told.standing(), told.rank, told.outcome()), (MatchStanding::Candidate, rank, shown.outcome()));
        assert_eq!((obstacles(&told), told.best_score), (vec![], Some(shown.candidates[0].score)));
        let told = told.candidate.expect("it is always there");
        assert_eq!((told.score, &told.evidence), (candidate.score, &candidate.evidence));
        assert_eq!(told.signals.len(), 7);
        let counted: Vec<_> = told.signals.iter().filter(|signal| signal.contribution > 0.0).cloned().collect();
        assert_eq!(counted, candidate.signals);
    }
    // A person of one of them is the match, and the other is told so.
    add_person(&suite, &own, "x@mail.own.example", 1).await;
    let told = explain(&suite, "X@mail.own.example", &own).await;
    assert_eq!((told.standing(), told.rank, told.outcome()), (MatchStanding::Match, 1, MatchOutcome::Matched));
    let best = told.candidate.expect("it is always there").score;
    let told = explain(&suite, "x@mail.own.example", &other).await;
    assert_eq!((told.standing(), told.rank, told.best_score), (MatchStanding::NotShown, 0, Some(best)));
    assert_eq!(obstacles(&told), [MatchObstacle::OtherIsContact]);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_obstacle_is_told_by_name() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["own.example"])).await.name;
    let reseller = suite.create(partner("Reseller", &["reseller.example"])).await.name;
    for (email, organization, expected) in [
        ("x@own.example", &reseller, vec![MatchObstacle::WrongRole, MatchObstacle::NoCommonDomain]),
        ("x@reseller.example", &reseller, vec![MatchObstacle::WrongRole]),
        ("x@else.example", &own, vec![MatchObstacle::NoCommonDomain]),
        ("x@gmail.com", &own, vec![MatchObstacle::PublicMailDomain]),
        ("x@mailinator.com", &own, vec![MatchObstacle::DisposableMailDomain]),
        ("x@co.uk", &own, vec![MatchObstacle::PublicSuffix]),
    ] {
        let told = explain(&suite, email, organization).await;
        assert_eq!((told.standing(), told.rank), (MatchStanding::NotShown, 0), "{email}");
        assert_eq!(obstacles(&told), expected, "{email}");
        assert!(!told.message.is_empty());
        let candidate = told.candidate.expect("it is always there");
        assert_eq!((&candidate.organization, candidate.signals.len()), (organization, 7));
    }
    // Without a wanted role, one that it has is meant.
    for (email, organization) in [("x@reseller.example", &reseller), ("x@own.example", &own)] {
        let roleless = question(email, organization, OrganizationRole::Unspecified);
        let told = suite.finder().explain_match(suite.staff(roleless)).await.expect("staff may ask").into_inner();
        assert_eq!((told.standing(), told.rank), (MatchStanding::Candidate, 1), "{email}");
    }
    // Somebody who is known at a public domain is known all the same.
    add_person(&suite, &own, "anna@gmail.com", 1).await;
    assert_eq!(explain(&suite, "anna@gmail.com", &own).await.standing(), MatchStanding::Match);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_organization_is_neither_found_nor_hidden_from_staff() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["own.example"])).await.name;
    assert_eq!(explain(&suite, "x@own.example", &own).await.standing(), MatchStanding::Candidate);
    let etag = suite.get(&own).await.etag;
    let delete = DeleteOrganizationRequest { name: own.clone(), etag, ..Default::default() };
    suite.organizations().delete_organization(suite.staff(delete)).await.expect("it can be deleted");
    let told = explain(&suite, "x@own.example", &own).await;
    assert_eq!((told.standing(), told.outcome()), (MatchStanding::NotShown, MatchOutcome::None));
    assert_eq!((obstacles(&told), told.best_score), (vec![MatchObstacle::Deleted], None));

    let stays = suite.create(customer("Stays", &["stays.example"])).await.name;
    let goes = suite.create(customer("Goes", &["goes.example"])).await.name;
    suite.merge(&stays, &goes).await;
    let told = explain(&suite, "x@goes.example", &goes).await;
    assert_eq!((told.standing(), &told.merged_into), (MatchStanding::NotShown, &stays));
    assert_eq!(obstacles(&told)[0], MatchObstacle::Merged);
    assert_eq!(explain(&suite, "x@goes.example", &stays).await.standing(), MatchStanding::Candidate);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ranks_behind_twenty_others_has_a_rank_and_its_evidence() {
    let suite = Suite::start().await;
    let mut last = String::new();
    for n in 0..25 {
        let create = CreateOrganizationRequest {
            organization: Some(customer(&format!("Org {n:02}"), &["shared.example", &format!("own-{n:02}.example")])),
            allow_duplicate: true,
            ..Default::default()
        };
        last = suite.organizations().create_organization(suite.staff(create)).await.unwrap().into_inner().name;
    }
    let told = explain(&suite, "x@shared.example", &last).await;
    assert_eq!((told.standing(), told.rank), (MatchStanding::NotShown, 25));
    assert_eq!(obstacles(&told), [MatchObstacle::BeyondLimit]);
    let evidence = told.candidate.and_then(|candidate| candidate.evidence).expect("it is always there");
    assert_eq!(evidence.unverified_domains, ["shared.example", "own-24.example"]);
    assert!(!evidence.has_more_domains);
    let question = MatchOrganizationsRequest {
        contact_email: "x@shared.example".into(),
        role: OrganizationRole::Customer.into(),
        company_name: String::new(),
    };
    let shown = suite.finder().match_organizations(suite.staff(question)).await.unwrap().into_inner();
    for (n, candidate) in shown.candidates.iter().enumerate() {
        let evidence = candidate.evidence.as_ref().expect("it is always there");
        assert_eq!(evidence.unverified_domains, ["shared.example".to_owned(), format!("own-{n:02}.example")]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_who_has_a_role_on_it_may_ask_and_nobody_learns_what_exists() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["own.example"])).await.name;
    let other = suite.create(customer("Other", &["other.example"])).await.name;
    suite.grant(&own, "rita", Role::ReadOnly).await;
    let as_customer = |organization: &str| question("x@own.example", organization, OrganizationRole::Customer);
    let allowed = suite.finder().explain_match(suite.person("rita", as_customer(&own))).await.expect("she may");
    assert_eq!(allowed.into_inner().standing(), MatchStanding::Candidate);
    for name in [&other, &nowhere()] {
        let denied = suite.finder().explain_match(suite.person("rita", as_customer(name))).await;
        assert_denied(denied, "organizations.explainMatch");
    }
    let denied = suite.finder().explain_match(suite.service(ServiceName::Templates, as_customer(&own))).await;
    assert_denied(denied, "organizations.explainMatch");
    for call in [suite.staff(as_customer(&own)), suite.service(ServiceName::Subscriptions, as_customer(&own))] {
        suite.finder().explain_match(call).await.expect("they may");
    }
    let missing = nowhere();
    let refused = suite.finder().explain_match(suite.staff(as_customer(&missing))).await;
    assert_refused(refused, Code::NotFound, "NOT_FOUND", &[("resource", &missing)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provisioning_contact_may_ask_about_what_the_match_shows_it() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["own.example"])).await.name;
    let other = suite.create(customer("Other", &["other.example"])).await.name;
    let contact = suite.keys.setup_contact("x@own.example", SubscriptionId::new());
    let ask = async |organization: &str| -> Result<ExplainMatchResponse, Status> {
        let mut finder = suite.finder();
        let question = question("x@own.example", organization, OrganizationRole::Customer);
        Ok(finder.explain_match(request(&contact, question)).await?.into_inner())
    };
    assert_eq!(ask(&own).await.expect("it is shown").standing(), MatchStanding::Candidate);
    for name in [&other, &nowhere()] {
        assert_denied(ask(name).await, "organizations.explainMatch");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn explanations_are_told_in_five_languages_and_bad_questions_refused_at_once() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &[])).await.name;
    let mut texts = std::collections::BTreeSet::new();
    for locale in ["en", "fr", "sv", "de", "pt-BR"] {
        let mut request = suite.staff(question("x@else.example", &own, OrganizationRole::Customer));
        request.metadata_mut().insert("accept-language", locale.parse().unwrap());
        let told = suite.finder().explain_match(request).await.unwrap().into_inner();
        texts.insert((told.message, told.candidate.unwrap().unlikely_reason));
    }
    assert_eq!(texts.len(), 5);
    let bad = ExplainMatchRequest {
        company_name: "x".repeat(201),
        ..question("a@localhost", &own, OrganizationRole::Unspecified)
    };
    let refused = suite.finder().explain_match(suite.staff(bad)).await;
    assert_invalid(refused, &["contact_email", "company_name"]);
    let nameless = question("anna@x", "organizations/x", OrganizationRole::Customer);
    assert_invalid(suite.finder().explain_match(suite.staff(nameless)).await, &["contact_email", "organization"]);
}
