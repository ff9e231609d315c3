//! SearchOrganizations by domain.

use dialtone_proto::orgfinder::v1::found_organization::Why;
use dialtone_proto::orgfinder::v1::*;
use dialtone_testkit::request;

use crate::search_names::{create_anyway, search};
use crate::support::*;

pub fn at(query: &str) -> SearchOrganizationsRequest {
    SearchOrganizationsRequest { query: query.into(), kind: SearchKind::Domain.into(), ..Default::default() }
}

fn fits(answer: &SearchOrganizationsResponse) -> Vec<(&str, &str, DomainMatchKind)> {
    let fit = |found: &'_ FoundOrganization| match &found.why {
        Some(Why::Domain(matched)) => matched.kind(),
        other => panic!("{other:?}"),
    };
    let domain = |found: &'_ FoundOrganization| match &found.why {
        Some(Why::Domain(matched)) => matched.domain.clone(),
        other => panic!("{other:?}"),
    };
    answer.organizations.iter().map(|found| (found.display_name.as_str(), &*domain(found).leak(), fit(found))).collect()
}

/// All pages of an answer, one organization a page.
async fn one_by_one(suite: &Suite, token: &str, request_: SearchOrganizationsRequest) -> SearchOrganizationsResponse {
    let mut all = SearchOrganizationsResponse::default();
    let mut next = SearchOrganizationsRequest { page_size: 1, ..request_ };
    loop {
        let page =
            suite.finder().search_organizations(request(token, next.clone())).await.expect("a page").into_inner();
        assert!(page.organizations.len() <= 1);
        all.organizations.extend(page.organizations);
        if page.next_page_token.is_empty() {
            return all;
        }
        next.page_token = page.next_page_token;
    }
}

async fn filled() -> Suite {
    let suite = Suite::start().await;
    for (name, domains) in [
        ("Exact", &["example.org", "www.example.org", "example.organic.example"][..]),
        ("Below", &["a.example.org", "b.example.org"]),
        ("Deep", &["x.y.example.org"]),
        ("Begins", &["example.organic.example"]),
        ("Other", &["notexample.org", "example.net"]),
        ("Idna", &["bücher.example"]),
    ] {
        create_anyway(&suite, customer(name, domains)).await;
    }
    suite
}

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_is_found_once_by_the_domain_that_fits_best() {
    use DomainMatchKind::{Exact, Parent, Prefix, Subdomain};
    let suite = filled().await;
    for (query, expected) in [
        (
            "Example.ORG.",
            vec![
                ("Exact", "example.org", Exact),
                ("Below", "a.example.org", Subdomain),
                ("Deep", "x.y.example.org", Subdomain),
                ("Begins", "example.organic.example", Prefix),
            ],
        ),
        ("z.a.example.org", vec![("Below", "a.example.org", Parent), ("Exact", "example.org", Parent)]),
        ("example.n", vec![("Other", "example.net", Prefix)]),
        ("BÜCHER.example", vec![("Idna", "xn--bcher-kva.example", Exact)]),
        ("bücher", vec![("Idna", "xn--bcher-kva.example", Prefix)]),
        ("example.com", vec![]),
        ("nothing", vec![]),
    ] {
        let answer = search(&suite, at(query)).await.expect("staff may");
        assert_eq!(fits(&answer), expected, "{query}");
        assert!(answer.organizations.iter().map(|found| found.score).is_sorted_by(|a, b| a >= b));
        let pages = one_by_one(&suite, &suite.keys.platform(), at(query)).await;
        assert_eq!(pages.organizations, answer.organizations, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_searches_among_its_own_gets_the_same_of_them() {
    let suite = filled().await;
    let list = suite.organizations().list_organizations(suite.staff(ListOrganizationsRequest::default())).await;
    for organization in list.unwrap().into_inner().organizations {
        let role = dialtone_proto::annotations::v1::Role::ReadOnly;
        suite.grant(&organization.name, "anna", role).await;
    }
    for query in ["example.org", "z.a.example.org", "example", "bücher", "nothing"] {
        let all = search(&suite, at(query)).await.expect("staff may").organizations;
        let own = one_by_one(&suite, &suite.keys.token_for("anna"), at(query)).await.organizations;
        assert_eq!(own, all, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_that_are_not_wanted_end_a_page_early_and_nothing_is_lost() {
    let suite = Suite::start().await;
    let line = |n: usize| {
        let country = if n == 2_900 { "NO" } else { "SE" };
        format!(r#"{{"name": "Org {n}", "domains": ["d{n:05}.example"], "country": "{country}"}}"#)
    };
    crate::import::load(&suite, &(0..3_000).map(line).collect::<Vec<_>>().join("\n")).await;
    let request = SearchOrganizationsRequest { country: "NO".into(), ..at("d0") };
    let first = search(&suite, request.clone()).await.unwrap();
    assert_eq!((first.organizations.len(), first.next_page_token.is_empty()), (0, false));
    let request = SearchOrganizationsRequest { page_token: first.next_page_token, ..request };
    let second = search(&suite, request).await.unwrap();
    assert_eq!((second.organizations[0].display_name.as_str(), second.next_page_token.as_str()), ("Org 2900", ""));
    let whole = one_by_one(&suite, &suite.keys.platform(), at("d001")).await;
    assert_eq!(whole.organizations.len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_deleted_is_not_found() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["own.example"])).await;
    let delete = DeleteOrganizationRequest { name: own.name, etag: own.etag, ..Default::default() };
    suite.organizations().delete_organization(suite.staff(delete)).await.unwrap();
    assert_eq!(search(&suite, at("own.example")).await.unwrap().organizations, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_says_nothing_about_an_organization_or_is_no_domain_is_refused() {
    let suite = filled().await;
    for query in [
        "gmail.com",
        "co.uk",
        "a b",
        "x@example.org",
        "a\0b.example",
        "\u{202E}gro.elpmaxe",
        "😀.example!",
        "..",
        &"a".repeat(300),
    ] {
        assert_invalid(search(&suite, at(query)).await, &["query"]);
    }
    // A domain that mixes scripts is another domain than the one that it looks like.
    let cyrillic = "ex\u{0430}mple.org";
    assert_eq!(search(&suite, at(cyrillic)).await.expect("it is a domain").organizations, []);
}
