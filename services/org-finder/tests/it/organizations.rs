//! GetOrganization and ListOrganizations.

use dialtone_ids::{ServiceName, SubscriptionId};
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::Code;
use dialtone_testkit::request;

use crate::support::*;

fn get(name: &str) -> GetOrganizationRequest {
    GetOrganizationRequest { name: name.into() }
}

/// All pages of a list, and how many there were.
async fn pages(suite: &Suite, token: &str, page_size: i32) -> (Vec<String>, usize) {
    let (mut names, mut count, mut list) = (vec![], 0, ListOrganizationsRequest { page_size, ..Default::default() });
    loop {
        let page = suite.organizations().list_organizations(request(token, list.clone())).await.expect("a page");
        let page = page.into_inner();
        count += 1;
        names.extend(page.organizations.into_iter().map(|o| o.display_name));
        if page.next_page_token.is_empty() {
            return (names, count);
        }
        list.page_token = page.next_page_token;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_read_an_organization_and_who_may_not() {
    let suite = Suite::start().await;
    let own = suite.create(customer("Own", &["own.example"])).await;
    let other = suite.create(customer("Other", &[])).await;
    suite.grant(&own.name, "anna", Role::ReadOnly).await;
    let mut client = suite.organizations();
    assert_eq!(client.get_organization(suite.person("anna", get(&own.name))).await.unwrap().into_inner(), own);
    for service in [ServiceName::Subscriptions, ServiceName::Templates, ServiceName::UserProvisioning] {
        client.get_organization(suite.service(service, get(&own.name))).await.expect("it may");
    }
    // The same text whether it exists or not.
    for name in [other.name.clone(), nowhere()] {
        assert_denied(client.get_organization(suite.person("anna", get(&name))).await, "organizations.get");
    }
    let contact = suite.keys.setup_contact("anna@own.example", SubscriptionId::new());
    assert_denied(client.get_organization(request(&contact, get(&own.name))).await, "organizations.get");
    let missing = nowhere();
    let not_found = client.get_organization(suite.staff(get(&missing))).await;
    assert_refused(not_found, Code::NotFound, "NOT_FOUND", &[("resource", &missing)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_none_is_a_violation() {
    let suite = Suite::start().await;
    let upper_case = own_form("AAAAAAAA-aaaa-7aaa-8aaa-aaaaaaaaaaaa");
    for name in ["", "organizations/", "people/x", &own_form("------------------------------------"), &upper_case] {
        let refused = suite.organizations().get_organization(suite.person("anna", get(name))).await;
        assert_invalid(refused, &["name"]);
    }
}

fn own_form(id: &str) -> String {
    format!("organizations/{id}")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_by_name_and_complete_whatever_the_page_size() {
    let suite = Suite::start().await;
    for name in ["Östra", "alpha", "Beta", "Émile", "delta"] {
        suite.create(customer(name, &[])).await;
    }
    // Equal names are told apart by their ids.
    for region_code in ["NO", "DK", "FI"] {
        suite.create(Organization { region_code: region_code.into(), ..customer("Beta", &[]) }).await;
    }
    let expected = ["alpha", "Beta", "Beta", "Beta", "Beta", "delta", "Émile", "Östra"];
    for (page_size, count) in [(0, 1), (1, 8), (3, 3), (8, 1), (1000, 1)] {
        let (names, pages) = pages(&suite, &suite.keys.platform(), page_size).await;
        assert_eq!((names.as_slice(), pages), (expected.map(str::to_owned).as_slice(), count), "{page_size}");
    }
    assert_invalid(list(&suite, 1001, "").await, &["page_size"]);
    assert_invalid(list(&suite, -1, "").await, &["page_size"]);
}

async fn list(suite: &Suite, page_size: i32, token: &str) -> Result<ListOrganizationsResponse, tonic::Status> {
    let list = ListOrganizationsRequest { page_size, page_token: token.into(), show_deleted: false };
    Ok(suite.organizations().list_organizations(suite.staff(list)).await?.into_inner())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_lists_what_it_reaches_and_nothing_else() {
    let suite = Suite::start().await;
    let partner_org = suite.create(partner("Partner", &[])).await;
    let own = suite.create(customer("Own", &[])).await;
    let through = suite.create(customer("Through", &[])).await;
    suite.create(customer("Foreign", &[])).await;
    suite.grant(&own.name, "anna", Role::ReadOnly).await;
    suite.grant(&partner_org.name, "anna", Role::ReadOnly).await;
    suite.link(&partner_org.name, &through.name, Role::ProvisioningAdmin).await.unwrap();
    for page_size in [1, 50] {
        let (names, _) = pages(&suite, &suite.keys.token_for("anna"), page_size).await;
        assert_eq!(names, ["Own", "Partner", "Through"]);
    }
    for token in [
        suite.keys.token_for("nobody"),
        suite.keys.service(ServiceName::Templates),
        suite.keys.setup_contact("anna@own.example", SubscriptionId::new()),
    ] {
        assert_eq!(pages(&suite, &token, 50).await.0, [""; 0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_token_is_good_for_its_own_list_only() {
    let suite = Suite::start().await;
    for name in ["a", "b"] {
        let created = suite.create(customer(name, &[])).await;
        suite.grant(&created.name, "anna", Role::ReadOnly).await;
    }
    let token = list(&suite, 1, "").await.expect("a page").next_page_token;
    let mut tampered = token.clone().into_bytes();
    tampered[5] = if tampered[5] == b'A' { b'B' } else { b'A' };
    let bad = |answer| assert_refused(answer, Code::InvalidArgument, "INVALID_PAGE_TOKEN", &[]);
    bad(list(&suite, 1, &String::from_utf8(tampered).unwrap()).await);
    bad(list(&suite, 1, "nonsense").await);
    let mine = ListOrganizationsRequest { page_size: 1, page_token: token, show_deleted: false };
    bad(suite.organizations().list_organizations(suite.person("anna", mine)).await.map(tonic::Response::into_inner));
}
