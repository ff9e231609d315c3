//! CreateOrganization.

use dialtone_ids::ServiceName;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::Code;
use uuid::Uuid;

use crate::support::*;

fn create(organization: Organization) -> CreateOrganizationRequest {
    CreateOrganizationRequest { organization: Some(organization), ..Default::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn creating_answers_the_whole_organization_with_domains_in_one_spelling() {
    let suite = Suite::start().await;
    let created =
        suite.create(partner(" Aurora Voice AB ", &["Aurora.Example.", "bücher.example", "aurora.example"])).await;
    assert_eq!(created.display_name, "Aurora Voice AB");
    let domains: Vec<_> = created.domains.iter().map(|d| (d.domain.as_str(), d.state())).collect();
    let unverified = DomainState::Unverified;
    assert_eq!(domains, [("aurora.example", unverified), ("xn--bcher-kva.example", unverified)]);
    assert_eq!((created.vertical(), created.roles.clone()), (Vertical::IsicJ, vec![OrganizationRole::Partner.into()]));
    assert!(!created.etag.is_empty() && created.create_time.is_some() && created.update_time == created.create_time);
    let get = GetOrganizationRequest { name: created.name.clone() };
    let read = suite.organizations().get_organization(suite.staff(get)).await.expect("it is there").into_inner();
    assert_eq!(read, created);
    let row = suite.admin.query_one("SELECT kind, resource, data->>'display_name' FROM outbox", &[]).await.unwrap();
    let event: (String, String, String) = (row.get(0), row.get(1), row.get(2));
    assert_eq!(event, ("organization.created".into(), created.name.clone(), "Aurora Voice AB".into()));
    let row = suite.admin.query_one("SELECT verb, resource, actor FROM history", &[]).await.unwrap();
    let told: (String, String, String) = (row.get(0), row.get(1), row.get(2));
    assert_eq!(told, ("organization.created".into(), created.name, "platform:staff".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_may_create_and_persons_and_other_services_may_not() {
    let suite = Suite::start().await;
    let request = suite.service(ServiceName::Subscriptions, create(customer("A", &[])));
    suite.organizations().create_organization(request).await.expect("it may");
    let before = suite.footprint().await;
    let request = suite.service(ServiceName::Templates, create(customer("B", &[])));
    assert_denied(suite.organizations().create_organization(request).await, "organizations.create");
    let request = suite.person("anna", create(customer("B", &[])));
    assert_denied(suite.organizations().create_organization(request).await, "organizations.create");
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_field_is_named_at_once_and_nothing_is_created() {
    let suite = Suite::start().await;
    let before = suite.footprint().await;
    let mut bad = customer("\u{7}", &["gmail.com", "good.example", "co.uk", "no domain"]);
    bad.region_code = "XX".into();
    bad.roles = vec![];
    let request = CreateOrganizationRequest { request_id: "x".into(), ..create(bad) };
    let fields = [
        "organization.display_name",
        "organization.region_code",
        "organization.roles",
        "organization.domains[0].domain",
        "organization.domains[2].domain",
        "organization.domains[3].domain",
        "request_id",
    ];
    assert_invalid(suite.organizations().create_organization(suite.staff(request)).await, &fields);
    let nothing = CreateOrganizationRequest::default();
    assert_invalid(suite.organizations().create_organization(suite.staff(nothing)).await, &["organization"]);
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn look_alikes_are_listed_unless_the_caller_insists() {
    let suite = Suite::start().await;
    let by_name = suite.create(customer("Ärla Bolag", &[])).await;
    let by_domain = suite.create(customer("Quite Another", &["shared.example"])).await;
    let before = suite.footprint().await;

    let alike = customer("arla, bolag!", &["shared.example"]);
    let refused = suite.organizations().create_organization(suite.staff(create(alike.clone()))).await;
    let mut names = [by_name.name.as_str(), by_domain.name.as_str()];
    names.sort_unstable();
    let listed = names.join(",");
    let metadata = [("organizations", listed.as_str()), ("scores", "1.00,1.00")];
    assert_refused(refused, Code::AlreadyExists, "LOOKS_LIKE_EXISTING", &metadata);
    assert_eq!(suite.footprint().await, before);

    // The same name elsewhere is another company.
    suite.create(Organization { region_code: "NO".into(), ..customer("Ärla Bolag", &[]) }).await;
    let insisting = CreateOrganizationRequest { allow_duplicate: true, ..create(alike) };
    let request = suite.staff(insisting);
    suite.organizations().create_organization(request).await.expect("the caller insists");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claimed_domain_is_refused_even_if_the_caller_insists() {
    let suite = Suite::start().await;
    let holder = suite.create(customer("Holder", &["claimed.example"])).await;
    suite.admin.batch_execute("UPDATE organization_domains SET state = 'CLAIMED'").await.unwrap();
    let insisting = CreateOrganizationRequest { allow_duplicate: true, ..create(customer("B", &["claimed.example"])) };
    let refused = suite.organizations().create_organization(suite.staff(insisting)).await;
    assert_refused(
        refused,
        Code::AlreadyExists,
        "LOOKS_LIKE_EXISTING",
        &[("organizations", &holder.name), ("scores", "1.00")],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_concurrent_repeats_have_one_effect_and_one_answer() {
    let suite = Suite::start().await;
    let request_id = Uuid::new_v4().to_string();
    let message = CreateOrganizationRequest { request_id, ..create(customer("Once", &["once.example"])) };
    let calls = (0..50).map(|_| {
        let (mut client, request) = (suite.organizations(), suite.staff(message.clone()));
        async move { client.create_organization(request).await }
    });
    let answers = futures::future::join_all(calls).await;
    let answers: Vec<_> = answers.into_iter().map(|a| a.expect("every one is answered").into_inner()).collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(suite.footprint().await[0], 1);

    let mut other = message.clone();
    other.organization.as_mut().expect("it has one").display_name = "Twice".into();
    let refused = suite.organizations().create_organization(suite.staff(other)).await;
    let id = ("request_id", message.request_id.as_str());
    assert_refused(refused, Code::AlreadyExists, "REQUEST_ID_REUSED", &[id]);
    assert_eq!(suite.footprint().await[0], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_concurrent_creations_that_look_alike_one_succeeds() {
    let suite = Suite::start().await;
    let calls = (0..12).map(|n| {
        // Same name, or same domain: each is like some other.
        let organization = if n % 2 == 0 {
            customer("Same Name", &["d.example"])
        } else {
            customer(&format!("Name {n}"), &["d.example"])
        };
        let (mut client, request) = (suite.organizations(), suite.staff(create(organization)));
        async move { client.create_organization(request).await }
    });
    let answers = futures::future::join_all(calls).await;
    let (created, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
    assert_eq!((created.len(), refused.len()), (1, 11));
    for answer in refused {
        let status = answer.expect_err("it was refused");
        assert_eq!(dialtone_status::reason(&status).as_deref(), Some("LOOKS_LIKE_EXISTING"), "{status:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn validate_only_answers_as_if_and_changes_nothing() {
    let suite = Suite::start().await;
    let before = suite.footprint().await;
    let message = CreateOrganizationRequest { validate_only: true, ..create(customer("A", &["a.example"])) };
    let answer = suite.organizations().create_organization(suite.staff(message)).await.expect("it would work");
    assert_eq!(answer.into_inner().display_name, "A");
    assert_eq!(suite.footprint().await, before);
}
