//! AddDomain, ListDomains, GetDomainChallenge and ReleaseDomain.

use dialtone_ids::ServiceName;
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::{Code, Status};
use uuid::Uuid;

use crate::support::*;

pub fn owner_of(domain: &Domain) -> &str {
    domain.name.split_once("/domains/").expect("a name of a domain").0
}

fn to_add(organization: &str, domain: &str) -> AddDomainRequest {
    AddDomainRequest { parent: organization.into(), domain: domain.into(), ..Default::default() }
}

fn to_release(domain: &Domain) -> ReleaseDomainRequest {
    ReleaseDomainRequest { name: domain.name.clone(), etag: domain.etag.clone(), ..Default::default() }
}

fn to_list(organization: &str) -> ListDomainsRequest {
    ListDomainsRequest { parent: organization.into(), ..Default::default() }
}

fn to_challenge(name: &str) -> GetDomainChallengeRequest {
    GetDomainChallengeRequest { name: name.into() }
}

pub async fn add(suite: &Suite, organization: &str, domain: &str) -> Result<Domain, Status> {
    Ok(suite.domains().add_domain(suite.staff(to_add(organization, domain))).await?.into_inner())
}

pub async fn release(suite: &Suite, domain: &Domain) -> Result<Domain, Status> {
    Ok(suite.domains().release_domain(suite.staff(to_release(domain))).await?.into_inner())
}

/// All domains of an organization.
pub async fn listed(suite: &Suite, organization: &str) -> Vec<Domain> {
    let list = ListDomainsRequest { page_size: 1000, ..to_list(organization) };
    suite.domains().list_domains(suite.staff(list)).await.expect("staff may").into_inner().domains
}

pub async fn challenge(suite: &Suite, domain: &Domain) -> DomainChallenge {
    let ask = suite.staff(to_challenge(&domain.name));
    suite.domains().get_domain_challenge(ask).await.expect("it is there").into_inner()
}

/// What the history tells last: verb, and the state before and after.
async fn told(suite: &Suite) -> (String, Option<String>, Option<String>) {
    let last = "SELECT verb, before->>'state', after->>'state' FROM history ORDER BY position DESC LIMIT 1";
    let row = suite.admin.query_one(last, &[]).await.expect("something is told");
    (row.get(0), row.get(1), row.get(2))
}

#[tokio::test(flavor = "multi_thread")]
async fn adding_answers_the_domain_in_its_one_spelling_unverified() {
    let suite = Suite::start().await;
    let owner = suite.create(customer("Owner", &[])).await;
    let added = add(&suite, &owner.name, " Bücher.Example. ").await.expect("it can be added");
    assert_eq!(added.name, format!("{}/domains/xn--bcher-kva.example", owner.name));
    assert_eq!((added.domain.as_str(), added.state()), ("xn--bcher-kva.example", DomainState::Unverified));
    assert!(added.create_time.is_some() && added.verify_time.is_none() && added.claim_time.is_none());
    assert_eq!(told(&suite).await, ("domain.added".into(), None, Some("UNVERIFIED".into())));
    // Adding it again, however written, changes nothing.
    let before = suite.footprint().await;
    assert_eq!(add(&suite, &owner.name, "BÜCHER.example").await.expect("it is there"), added);
    assert_eq!(suite.footprint().await, before);
    let get = GetOrganizationRequest { name: owner.name };
    let shown = suite.organizations().get_organization(suite.staff(get)).await.unwrap().into_inner();
    assert_eq!((shown.domains.len(), shown.domains[0].state()), (1, DomainState::Unverified));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_organizations_domain_is_not_added() {
    let suite = Suite::start().await;
    let owner = suite.create(customer("Owner", &[])).await.name;
    let before = suite.footprint().await;
    let long = format!("{0}.{0}.{0}.{0}.example", "a".repeat(58));
    for domain in [
        "",
        "localhost",
        "co.uk",
        "gmail.com",
        "exa mple.org",
        "-a.example",
        "a..example",
        "192.0.2.1",
        "xn--a.example",
        "a\0.example",
        "😀\u{202e}.example\u{0}",
        &long,
        &"x".repeat(10_000),
    ] {
        assert_invalid(add(&suite, &owner, domain).await, &["domain"]);
    }
    assert_invalid(add(&suite, "organizations/x", "").await, &["parent", "domain"]);
    let missing = nowhere();
    assert_refused(add(&suite, &missing, "a.example").await, Code::NotFound, "NOT_FOUND", &[("resource", &missing)]);
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_domains_than_the_limit_even_when_added_at_once() {
    let suite = Suite::start_with(|config| config.domains.most_per_organization = 5).await;
    let owner = suite.create(customer("Owner", &["a.example", "b.example"])).await.name;
    let names: Vec<String> = (0..20).map(|n| format!("d{n}.example")).collect();
    let answers = futures::future::join_all(names.iter().map(|name| add(&suite, &owner, name))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 3);
    let limit = [("organization", owner.as_str()), ("limit", "5")];
    for refused in answers.into_iter().filter(Result::is_err) {
        let status = assert_refused(refused, Code::ResourceExhausted, "DOMAIN_LIMIT_REACHED", &limit);
        assert_eq!(dialtone_status::quota_violations(&status)[0].subject, owner);
    }
    let held = listed(&suite, &owner).await;
    assert_eq!(held.len(), 5);
    // One that it has is no addition, and one that goes makes room.
    add(&suite, &owner, "a.example").await.expect("it is there");
    release(&suite, &held[0]).await.expect("it can go");
    add(&suite, &owner, "last.example").await.expect("there is room");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_domains_are_listed_in_pages_and_shown_in_part() {
    let suite = Suite::start_with(|config| config.domains.most_per_organization = 10_000).await;
    let owner = suite.create(customer("Owner", &[])).await.name;
    let fill = "INSERT INTO organization_domains (organization_id, domain, state) \
                SELECT id, 'd' || lpad(n::text, 5, '0') || '.example', 'VERIFIED' \
                FROM organizations, generate_series(1, 10000) AS n";
    suite.admin.batch_execute(fill).await.expect("the statement is right");
    let refused = add(&suite, &owner, "one-more.example").await;
    let limit = [("organization", owner.as_str()), ("limit", "10000")];
    assert_refused(refused, Code::ResourceExhausted, "DOMAIN_LIMIT_REACHED", &limit);
    let (mut names, mut list) = (Vec::new(), ListDomainsRequest { page_size: 1000, ..to_list(&owner) });
    loop {
        let page = suite.domains().list_domains(suite.staff(list.clone())).await.expect("a page").into_inner();
        names.extend(page.domains.into_iter().map(|domain| domain.domain));
        list.page_token = page.next_page_token;
        if list.page_token.is_empty() {
            break;
        }
    }
    assert!(names.len() == 10_000 && names.is_sorted());
    let get = GetOrganizationRequest { name: owner.clone() };
    let shown = suite.organizations().get_organization(suite.staff(get)).await.expect("it is there").into_inner();
    let list = ListOrganizationsRequest::default();
    let page = suite.organizations().list_organizations(suite.staff(list)).await.expect("a page").into_inner();
    assert_eq!(page.organizations, std::slice::from_ref(&shown));
    let first: Vec<_> = shown.domains.iter().map(|domain| &domain.domain).collect();
    assert_eq!(first, names[..100].iter().collect::<Vec<_>>());
    assert!(shown.has_more_domains);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_token_of_domains_is_good_for_its_own_list_only() {
    let suite = Suite::start().await;
    let owner = suite.create(customer("Owner", &["a.example", "b.example", "c.example"])).await.name;
    let other = suite.create(customer("Other", &[])).await.name;
    let list = ListDomainsRequest { page_size: 2, ..to_list(&owner) };
    let first = suite.domains().list_domains(suite.staff(list.clone())).await.expect("a page").into_inner();
    let next = ListDomainsRequest { page_token: first.next_page_token, ..list };
    let second = suite.domains().list_domains(suite.staff(next.clone())).await.expect("a page").into_inner();
    assert_eq!((second.domains[0].domain.as_str(), second.next_page_token.as_str()), ("c.example", ""));
    let elsewhere = ListDomainsRequest { parent: other, ..next };
    let refused = suite.domains().list_domains(suite.staff(elsewhere)).await;
    assert_refused(refused, Code::InvalidArgument, "INVALID_PAGE_TOKEN", &[]);
    let wide = ListDomainsRequest { page_size: 1001, ..to_list(&owner) };
    assert_invalid(suite.domains().list_domains(suite.staff(wide)).await, &["page_size"]);
    let missing = nowhere();
    let nothing = suite.domains().list_domains(suite.staff(to_list(&missing))).await;
    assert_refused(nothing, Code::NotFound, "NOT_FOUND", &[("resource", &missing)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_challenge_names_the_record_and_stays_until_the_release() {
    let suite = Suite::start().await;
    let owner = suite.create(customer("Owner", &[])).await.name;
    let added = add(&suite, &owner, "a.example").await.expect("it can be added");
    let first = challenge(&suite, &added).await;
    assert_eq!(first.domain.as_ref(), Some(&added));
    assert_eq!((first.record_name.as_str(), first.record_type.as_str()), ("_dialtone-challenge.a.example", "TXT"));
    let token = first.record_value.strip_prefix("dialtone-challenge=").expect("it says what it is");
    assert!(token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_hexdigit()), "{token}");
    let line = format!("_dialtone-challenge.a.example. 300 IN TXT \"{}\"", first.record_value);
    assert_eq!((first.zone_line.as_str(), first.record_ttl.unwrap().seconds), (line.as_str(), 300));
    assert_eq!(first.verify_path, format!("/v1/{}:verify", added.name));
    assert_eq!(challenge(&suite, &added).await, first);
    let gone = release(&suite, &added).await.expect("it can go");
    assert_eq!(gone, added);
    assert_eq!(told(&suite).await, ("domain.released".into(), Some("UNVERIFIED".into()), None));
    let missing = suite.domains().get_domain_challenge(suite.staff(to_challenge(&added.name))).await;
    assert_refused(missing, Code::NotFound, "NOT_FOUND", &[("resource", &added.name)]);
    let again = add(&suite, &owner, "a.example").await.expect("it can be added again");
    assert_ne!(challenge(&suite, &again).await.record_value, first.record_value);
    // What was seen before the release says nothing about what is there now.
    assert_ne!(again.etag, added.etag);
    let refused = release(&suite, &added).await;
    assert_refused(refused, Code::Aborted, "ETAG_MISMATCH", &[("resource", &added.name)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_do_what_with_domains() {
    let suite = Suite::start().await;
    let owner = suite.create(customer("Owner", &["a.example"])).await.name;
    let other = suite.create(customer("Other", &[])).await.name;
    let held = listed(&suite, &owner).await.remove(0);
    for (subject, role) in [("rita", Role::ReadOnly), ("paul", Role::ProvisioningAdmin), ("anna", Role::FullAdmin)] {
        suite.grant(&owner, subject, role).await;
    }
    suite.grant(&other, "sven", Role::FullAdmin).await;
    let before = suite.footprint().await;
    let (mut client, nowhere) = (suite.domains(), format!("{}/domains/a.example", nowhere()));
    // The same whether it is there or not.
    for subject in ["sven", "nobody"] {
        for name in [&held.name, &nowhere] {
            let parent = name.split_once("/domains").unwrap().0;
            assert_denied(client.list_domains(suite.person(subject, to_list(parent))).await, "domains.list");
            let add = suite.person(subject, to_add(parent, "b.example"));
            assert_denied(client.add_domain(add).await, "domains.create");
            let ask = suite.person(subject, to_challenge(name));
            assert_denied(client.get_domain_challenge(ask).await, "domains.getChallenge");
            let forged = Domain { name: name.clone(), ..held.clone() };
            let release = suite.person(subject, to_release(&forged));
            assert_denied(client.release_domain(release).await, "domains.release");
        }
    }
    client.list_domains(suite.person("rita", to_list(&owner))).await.expect("she may");
    client.list_domains(suite.service(ServiceName::Subscriptions, to_list(&owner))).await.expect("it may");
    let ask = suite.person("rita", to_challenge(&held.name));
    assert_denied(client.get_domain_challenge(ask).await, "domains.getChallenge");
    assert_denied(client.add_domain(suite.person("rita", to_add(&owner, "b.example"))).await, "domains.create");
    assert_denied(client.release_domain(suite.person("paul", to_release(&held))).await, "domains.release");
    assert_eq!(suite.footprint().await, before);
    client.get_domain_challenge(suite.person("paul", to_challenge(&held.name))).await.expect("he may");
    client.add_domain(suite.person("paul", to_add(&owner, "b.example"))).await.expect("he may");
    client.release_domain(suite.person("anna", to_release(&held))).await.expect("she may");
}

#[tokio::test(flavor = "multi_thread")]
async fn additions_and_releases_are_rehearsed_and_repeated() {
    let suite = Suite::start().await;
    let owner = suite.create(customer("Owner", &[])).await.name;
    let request_id = Uuid::new_v4().to_string();
    let message = AddDomainRequest { request_id: request_id.clone(), ..to_add(&owner, "a.example") };
    let rehearsal = AddDomainRequest { validate_only: true, ..message.clone() };
    let before = suite.footprint().await;
    suite.domains().add_domain(suite.staff(rehearsal)).await.expect("it would work");
    assert_eq!(suite.footprint().await, before);
    let first = suite.domains().add_domain(suite.staff(message.clone())).await.expect("it works").into_inner();

    let message_2 = ReleaseDomainRequest { request_id: request_id.clone(), ..to_release(&first) };
    let rehearsal = ReleaseDomainRequest { validate_only: true, ..message_2.clone() };
    let before = suite.footprint().await;
    suite.domains().release_domain(suite.staff(rehearsal)).await.expect("it would work");
    assert_eq!(suite.footprint().await, before);
    let released = suite.domains().release_domain(suite.staff(message_2.clone())).await.expect("it works");
    let before = suite.footprint().await;
    let again = suite.domains().release_domain(suite.staff(message_2.clone())).await.expect("it was answered");
    assert_eq!(again.into_inner(), released.into_inner());
    // The first answer, though the domain is gone.
    let again = suite.domains().add_domain(suite.staff(message.clone())).await.expect("it was answered");
    assert_eq!(again.into_inner(), first);
    let other = AddDomainRequest { domain: "b.example".into(), ..message };
    let refused = suite.domains().add_domain(suite.staff(other)).await;
    assert_refused(refused, Code::AlreadyExists, "REQUEST_ID_REUSED", &[("request_id", &request_id)]);
    let other = ReleaseDomainRequest { etag: "x".into(), ..message_2 };
    let refused = suite.domains().release_domain(suite.staff(other)).await;
    assert_refused(refused, Code::AlreadyExists, "REQUEST_ID_REUSED", &[("request_id", &request_id)]);
    assert_eq!(suite.footprint().await, before);
}
