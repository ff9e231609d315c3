//! Lists: newest first, page by page, each organization its own.

use dialtone_authz::Role;
use dialtone_proto::subscriptions::v1::*;
use dialtone_testkit::{assert_fault, request};

use crate::steps::existing;
use crate::support::World;

#[tokio::test(flavor = "multi_thread")]
async fn an_organization_lists_its_own_newest_first_page_by_page() {
    let world = World::new().await;
    let first = world.mapped("A-1").await;
    let mut expected = vec![first.case.order.clone()];
    for number in ["A-2", "A-3"] {
        let case = world.answered(number).await;
        world.map_partner(&case, existing(&first.partner)).await.unwrap();
        world.map_customer(&case, existing(&first.customer)).await.unwrap();
        expected.insert(0, case.order);
    }
    world.mapped("B-1").await;
    for organization in [&first.partner, &first.customer] {
        let token = world.person(organization, Role::ReadOnly).await;
        let (mut seen, mut page_token) = (Vec::new(), String::new());
        loop {
            let list = ListOrdersRequest { organization: organization.clone(), page_size: 2, page_token };
            let page = world.orders().list_orders(request(&token, list)).await.unwrap().into_inner();
            assert!(page.orders.len() <= 2);
            seen.extend(page.orders.into_iter().map(|order| order.name));
            page_token = page.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        assert_eq!(seen, expected);
    }
    let all = world.subscriptions().list_subscriptions(request(&world.keys.platform(), Default::default())).await;
    let all = all.unwrap().into_inner().subscriptions;
    assert_eq!(all.iter().map(|one| one.order_number.as_str()).collect::<Vec<_>>(), ["B-1", "A-3", "A-2", "A-1"]);
    assert!(all.iter().all(|one| one.items.len() == 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_list_is_refused() {
    let world = World::new().await;
    let (one, two) = (world.mapped("A-1").await, world.mapped("A-2").await);
    let staff = world.keys.platform();
    let list = ListSubscriptionsRequest { page_size: 1, ..Default::default() };
    let page = world.subscriptions().list_subscriptions(request(&staff, list.clone())).await.unwrap().into_inner();
    let token = page.next_page_token;
    assert!(!token.is_empty());
    let tampered = format!("{}x", &token[..token.len() - 2]);
    for (organization, page_token) in [(one.partner, token.clone()), (String::new(), tampered)] {
        let list = ListSubscriptionsRequest { organization, page_token, ..list.clone() };
        let refused = world.subscriptions().list_subscriptions(request(&staff, list)).await;
        assert_fault!(refused, InvalidArgument, "INVALID_PAGE_TOKEN", ["page_token"]);
    }
    let other = ListOrdersRequest { page_token: token, ..Default::default() };
    let refused = world.orders().list_orders(request(&staff, other)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_PAGE_TOKEN");
    let large = ListOrdersRequest { page_size: 1001, organization: "organizations/x".into(), ..Default::default() };
    let mut fields =
        assert_fault!(world.orders().list_orders(request(&staff, large)).await, InvalidArgument, "INVALID_FIELDS")
            .fields;
    fields.sort();
    assert_eq!(fields, ["organization", "page_size"]);
    let stranger = world.person(&two.customer, Role::FullAdmin).await;
    let foreign = ListOrdersRequest { organization: one.customer, ..Default::default() };
    let refused = world.orders().list_orders(request(&stranger, foreign)).await;
    assert_fault!(refused, PermissionDenied, "PERMISSION_DENIED");
}
