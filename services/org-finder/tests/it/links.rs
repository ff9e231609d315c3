//! LinkPartner, and how far roles reach through links.

use dialtone_ids::ServiceName;
use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::Code;
use uuid::Uuid;

use crate::support::*;

async fn check(suite: &Suite, organization: &str, subject: &str) -> (Role, String) {
    let check = CheckAccessRequest { organization: organization.into(), subject: subject.into() };
    let answer = suite.access().check_access(suite.staff(check)).await.expect("staff may ask").into_inner();
    (answer.role(), answer.via)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_reaches_through_a_link_but_no_further_than_the_link_allows() {
    let suite = Suite::start().await;
    let partner_org = suite.create(partner("P", &[])).await.name;
    let shop = suite.create(customer("C", &[])).await.name;
    suite.grant(&partner_org, "full", Role::FullAdmin).await;
    suite.grant(&partner_org, "read", Role::ReadOnly).await;
    let link = suite.link(&partner_org, &shop, Role::ProvisioningAdmin).await.expect("it works");
    assert!(link.name.starts_with(&format!("{partner_org}/partnerLinks/")) && link.customer == shop);
    assert_eq!(check(&suite, &shop, "full").await, (Role::ProvisioningAdmin, partner_org.clone()));
    assert_eq!(check(&suite, &shop, "read").await, (Role::ReadOnly, partner_org.clone()));
    assert_eq!(check(&suite, &partner_org, "full").await, (Role::FullAdmin, String::new()));
    // A grant on the organization itself is stronger here.
    suite.grant(&shop, "full", Role::FullAdmin).await;
    assert_eq!(check(&suite, &shop, "full").await, (Role::FullAdmin, String::new()));
    // And upwards nothing reaches.
    suite.grant(&shop, "down", Role::FullAdmin).await;
    assert_eq!(check(&suite, &partner_org, "down").await.0, Role::Unspecified);
    let get = GetOrganizationRequest { name: shop };
    suite.organizations().get_organization(suite.person("read", get)).await.expect("through the link");
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_reach_five_tiers_and_take_the_least_on_the_way() {
    let suite = Suite::start().await;
    let mut chain = Vec::new();
    for n in 0..7 {
        chain.push(suite.create(partner(&format!("T{n}"), &[])).await.name);
    }
    for (n, pair) in chain.windows(2).enumerate() {
        let role = if n == 2 { Role::ProvisioningAdmin } else { Role::FullAdmin };
        suite.link(&pair[0], &pair[1], role).await.expect("it works");
    }
    suite.grant(&chain[0], "top", Role::FullAdmin).await;
    let mut roles = Vec::new();
    for name in &chain {
        roles.push(check(&suite, name, "top").await.0);
    }
    use Role::{FullAdmin as Full, ProvisioningAdmin as Provisioning, Unspecified as No};
    assert_eq!(roles, [Full, Full, Full, Provisioning, Provisioning, Provisioning, No]);
}

#[tokio::test(flavor = "multi_thread")]
async fn linking_again_changes_nothing() {
    let suite = Suite::start().await;
    let (p, c) = (suite.create(partner("P", &[])).await.name, suite.create(customer("C", &[])).await.name);
    let first = suite.link(&p, &c, Role::FullAdmin).await.expect("it works");
    let before = suite.footprint().await;
    assert_eq!(suite.link(&p, &c, Role::ProvisioningAdmin).await.expect("it works"), first);
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_linked() {
    let suite = Suite::start().await;
    let (p, c) = (suite.create(partner("P", &[])).await.name, suite.create(customer("C", &[])).await.name);
    let before = suite.footprint().await;
    let refused = suite.link(&c, &p, Role::FullAdmin).await;
    assert_refused(refused, Code::FailedPrecondition, "NOT_A_PARTNER", &[("organization", &c)]);
    let missing = nowhere();
    for (partner, customer) in [(&missing, &c), (&p, &missing)] {
        let refused = suite.link(partner, customer, Role::FullAdmin).await;
        assert_refused(refused, Code::NotFound, "NOT_FOUND", &[("resource", &missing)]);
    }
    assert_invalid(suite.link("x", "y", Role::Platform).await, &["parent", "customer", "role"]);
    assert_eq!(suite.footprint().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_becomes_its_own_partner() {
    let suite = Suite::start().await;
    let mut names = Vec::new();
    for n in 0..3 {
        names.push(suite.create(partner(&format!("P{n}"), &[])).await.name);
    }
    let [a, b, c] = &names[..] else { unreachable!("three were made") };
    suite.link(a, b, Role::FullAdmin).await.expect("it works");
    suite.link(b, c, Role::FullAdmin).await.expect("it works");
    for (partner, customer) in [(a, a), (b, a), (c, a)] {
        let refused = suite.link(partner, customer, Role::FullAdmin).await;
        let metadata = [("organization", partner.as_str()), ("customer", customer.as_str())];
        assert_refused(refused, Code::FailedPrecondition, "LINK_WOULD_CYCLE", &metadata);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_opposite_links_at_once_one_succeeds() {
    let suite = Suite::start().await;
    for n in 0..5 {
        let a = suite.create(partner(&format!("A{n}"), &[])).await.name;
        let b = suite.create(partner(&format!("B{n}"), &[])).await.name;
        let (there, back) = tokio::join!(suite.link(&a, &b, Role::FullAdmin), suite.link(&b, &a, Role::FullAdmin));
        assert_ne!(there.is_ok(), back.is_ok(), "{there:?} {back:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_links_and_how_often() {
    let suite = Suite::start().await;
    let (p, c) = (suite.create(partner("P", &[])).await.name, suite.create(customer("C", &[])).await.name);
    suite.grant(&p, "anna", Role::FullAdmin).await;
    let message = LinkPartnerRequest {
        parent: p,
        customer: c,
        role: Role::ReadOnly.into(),
        request_id: Uuid::new_v4().to_string(),
        validate_only: false,
    };
    assert_denied(suite.access().link_partner(suite.person("anna", message.clone())).await, "partnerLinks.create");
    let before = suite.footprint().await;
    let rehearsal = LinkPartnerRequest { validate_only: true, ..message.clone() };
    suite.access().link_partner(suite.staff(rehearsal)).await.expect("it would work");
    assert_eq!(suite.footprint().await, before);
    let call = || suite.service(ServiceName::Subscriptions, message.clone());
    let first = suite.access().link_partner(call()).await.expect("it may").into_inner();
    assert_eq!(suite.access().link_partner(call()).await.expect("it may").into_inner(), first);
    let other = LinkPartnerRequest { role: Role::FullAdmin.into(), ..message.clone() };
    let refused = suite.access().link_partner(suite.service(ServiceName::Subscriptions, other)).await;
    assert_refused(refused, Code::AlreadyExists, "REQUEST_ID_REUSED", &[("request_id", &message.request_id)]);
}
