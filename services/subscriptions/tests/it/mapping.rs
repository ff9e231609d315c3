//! Mapping: the partner, then the customer, by a choice or by a new organization.

use dialtone_authz::Role;
use dialtone_proto::orgfinder::v1::OrganizationRole;
use dialtone_proto::subscriptions::v1::organization_choice::Choice;
use dialtone_proto::subscriptions::v1::*;
use dialtone_testkit::tcp_proxy::Mode;
use dialtone_testkit::{assert_fault, eventually, request};
use futures::future::join_all;

use crate::steps::existing;
use crate::support::{PATIENCE, World, draft, nowhere, request_id};

fn new(name: &str, domain: &str, allow_duplicate: bool) -> Option<OrganizationChoice> {
    let mut organization = draft(name);
    let domains = [domain].into_iter().filter(|domain| !domain.is_empty());
    organization.domains = domains
        .map(|domain| dialtone_proto::orgfinder::v1::OrganizationDomain { domain: domain.into(), state: 0 })
        .collect();
    let create = NewOrganization { organization: Some(organization), allow_duplicate };
    Some(OrganizationChoice { choice: Some(Choice::Create(create)) })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partner_is_linked_to_the_customer_it_maps_to() {
    let world = World::new().await;
    let mapped = world.mapped("A-1").await;
    let subscription = world.subscription(&mapped.case).await;
    assert_eq!(subscription.state(), SubscriptionState::ReadyForSetup);
    assert_eq!((subscription.partner.as_str(), subscription.customer.as_str()), (&*mapped.partner, &*mapped.customer));
    world.person(&mapped.partner, Role::FullAdmin).await;
    let subject = format!("FullAdmin of {}", mapped.partner);
    eventually("the partner's people reach the customer", PATIENCE, async || {
        // The customer existed before: its partner provisions, and is not its master.
        (world.role(&mapped.customer, &subject).await == Role::ProvisioningAdmin).then_some(())
    })
    .await;
    let verbs =
        "SELECT count(*) FROM outbox WHERE kind IN ('subscription.partner_mapped', 'subscription.customer_mapped')";
    assert_eq!(world.count(verbs).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_that_a_mapping_creates_is_its_partners() {
    let world = World::new().await;
    let case = world.answered("A-1").await;
    let partner = world.map_partner(&case, new("New Partner", "newpartner.example", false)).await.unwrap().partner;
    let customer = world.map_customer(&case, new("New Customer", "", false)).await.unwrap().customer;
    world.person(&partner, Role::FullAdmin).await;
    eventually("the partner's people reach the customer", PATIENCE, async || {
        let role = world.role(&customer, &format!("FullAdmin of {partner}")).await;
        (role == Role::FullAdmin).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_equal_mappings_create_one_customer_and_link_it_once() {
    let world = World::new().await;
    let case = world.answered("A-1").await;
    let partner = world.organization("Partner", OrganizationRole::Partner).await;
    let mapped = world.map_partner(&case, existing(&partner)).await.unwrap();
    let message = MapCustomerRequest {
        name: case.subscription.clone(),
        customer: new("Saltmarsh Bakery", "", false),
        etag: mapped.etag,
        request_id: request_id(),
        validate_only: false,
    };
    let mapping = |_| {
        let (mut client, message) = (world.subscriptions(), request(&case.contact, message.clone()));
        async move { client.map_customer(message).await.expect("the same answer").into_inner() }
    };
    let answers = join_all((0..50).map(mapping)).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let operations = "SELECT (SELECT count(*) FROM operations WHERE kind = 'link-partner') \
        + (SELECT count(*) FROM operations_finished WHERE kind = 'link-partner')";
    assert_eq!(world.count(operations).await, 1);
    assert_eq!(world.count("SELECT count(*) FROM history WHERE verb = 'subscription.customer_mapped'").await, 1);
    // A second creation would have been refused as a look-alike, so there is one.
    let again = world.answered("A-2").await;
    world.map_partner(&again, existing(&partner)).await.unwrap();
    let refused = world.map_customer(&again, new("Saltmarsh Bakery", "", false)).await;
    let customer = answers[0].customer.clone();
    assert_fault!(refused, AlreadyExists, "LOOKS_LIKE_EXISTING", { "organizations" => customer });
    assert_eq!(world.subscription(&again).await.customer, "");
    world.map_customer(&again, new("Saltmarsh Bakery", "", true)).await.expect("they are two all the same");

    let other = MapCustomerRequest { customer: existing(&partner), ..message.clone() };
    let refused = world.subscriptions().map_customer(request(&case.contact, other)).await;
    assert_fault!(refused, AlreadyExists, "REQUEST_ID_REUSED", { "request_id" => message.request_id });
}

#[tokio::test(flavor = "multi_thread")]
async fn mapping_goes_in_its_order_and_each_refusal_changes_nothing() {
    let world = World::new().await;
    let (case, partner) = (world.case("A-1").await, world.organization("Partner", OrganizationRole::Partner).await);
    world.mail.nth(&case.address, 1).await;
    for refused in
        [world.map_partner(&case, existing(&partner)).await, world.map_customer(&case, existing(&partner)).await]
    {
        assert_fault!(refused, FailedPrecondition, "WHO_FOR_NOT_ANSWERED", { "order" => case.order });
    }
    world.answer(&case, WhoFor::ForCustomer, "").await.unwrap();
    let before = world.subscription(&case).await;
    let refused = world.map_customer(&case, existing(&partner)).await;
    assert_fault!(refused, FailedPrecondition, "PARTNER_NOT_MAPPED", { "subscription" => case.subscription });
    // Nothing is created for a mapping that is refused.
    let refused = world.map_customer(&case, new("Never Made", "", false)).await;
    assert_fault!(refused, FailedPrecondition, "PARTNER_NOT_MAPPED");
    let customer = world.organization("Never Made", OrganizationRole::Customer).await;

    let refused = world.map_partner(&case, existing(&customer)).await;
    assert_fault!(refused, FailedPrecondition, "NOT_A_PARTNER", { "organization" => customer });
    let unknown = nowhere();
    let refused = world.map_partner(&case, existing(&unknown)).await;
    assert_fault!(refused, FailedPrecondition, "UNKNOWN_ORGANIZATION", { "organization" => unknown });
    assert_eq!(world.subscription(&case).await, before);

    world.map_partner(&case, existing(&partner)).await.unwrap();
    let refused = world.map_partner(&case, existing(&partner)).await;
    assert_fault!(refused, FailedPrecondition, "ALREADY_MAPPED", { "organization" => partner });
    for wrong in [partner.clone(), unknown] {
        let refused = world.map_customer(&case, existing(&wrong)).await;
        assert_fault!(refused, FailedPrecondition, "UNKNOWN_ORGANIZATION", { "organization" => wrong });
    }
    world.map_customer(&case, existing(&customer)).await.unwrap();
    let refused = world.map_customer(&case, existing(&customer)).await;
    assert_fault!(refused, FailedPrecondition, "ALREADY_MAPPED", { "organization" => customer });
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_company_is_mapped_alone() {
    let world = World::new().await;
    let (case, company) = (world.case("A-1").await, world.organization("Company", OrganizationRole::Customer).await);
    world.answer(&case, WhoFor::ForOwnCompany, "").await.unwrap();
    let refused = world.map_partner(&case, existing(&company)).await;
    assert_fault!(refused, FailedPrecondition, "NOT_FOR_FLOW", { "flow" => "SINGLE" });
    let mapped = world.map_customer(&case, existing(&company)).await.unwrap();
    assert_eq!((mapped.state(), mapped.flow()), (SubscriptionState::ReadyForSetup, MappingFlow::Single));
    assert_eq!(world.count("SELECT count(*) FROM operations WHERE kind = 'link-partner'").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_org_finder_finds_wrong_is_told_at_the_callers_own_fields() {
    let world = World::new().await;
    let case = world.answered("A-1").await;
    let refused = world.map_partner(&case, new("Partner", "gmail.com", false)).await;
    let fields = assert_fault!(refused, InvalidArgument, "INVALID_FIELDS").fields;
    assert!(fields.iter().all(|field| field.starts_with("partner.create.organization.domains")), "{fields:?}");
    let refused = world.map_partner(&case, None).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["partner"]);
    let refused = world.map_partner(&case, Some(OrganizationChoice { choice: None })).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stale_etag_maps_nothing_and_checking_changes_nothing() {
    let world = World::new().await;
    let (case, partner) = (world.answered("A-1").await, world.organization("Partner", OrganizationRole::Partner).await);
    world.mail.nth(&case.address, 1).await;
    let map = MapPartnerRequest {
        name: case.subscription.clone(),
        partner: existing(&partner),
        etag: "another".into(),
        ..Default::default()
    };
    let refused = world.subscriptions().map_partner(request(&case.contact, map.clone())).await;
    assert_fault!(refused, Aborted, "ETAG_MISMATCH", { "resource" => case.subscription });

    let before = world.subscription(&case).await;
    let check = MapPartnerRequest { etag: before.etag.clone(), validate_only: true, ..map };
    let checked = world.subscriptions().map_partner(request(&case.contact, check.clone())).await.unwrap().into_inner();
    assert_eq!(checked.partner, partner);
    let check = MapPartnerRequest { partner: new("Just Asking", "", false), ..check };
    world.subscriptions().map_partner(request(&case.contact, check)).await.expect("it could be mapped");
    assert_eq!(world.subscription(&case).await, before);
    world.organization("Just Asking", OrganizationRole::Partner).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_directory_is_away_nothing_is_mapped() {
    let world = World::new().await;
    let case = world.answered("A-1").await;
    let partner = world.organization("Partner", OrganizationRole::Partner).await;
    let customer = world.organization("Customer", OrganizationRole::Customer).await;
    world.map_partner(&case, existing(&partner)).await.unwrap();
    world.org_finder.set(Mode::Cut);
    let refused = world.map_customer(&case, existing(&customer)).await;
    assert_fault!(refused, Unavailable, "UNAVAILABLE");
    assert_eq!(world.subscription(&case).await.customer, "");
    world.org_finder.set(Mode::Pass);
    let mapped =
        eventually("org-finder is back", PATIENCE, async || world.map_customer(&case, existing(&customer)).await.ok())
            .await;
    assert_eq!(mapped.state(), SubscriptionState::ReadyForSetup);
}
