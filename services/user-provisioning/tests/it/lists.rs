//! Pages of every list: complete, in order, and only by tokens of the same list.

use dialtone_authz::Role;
use dialtone_ids::OrganizationId;
use dialtone_proto::userprovisioning::v1::{
    ListLocationsRequest, ListSimulatorAccountsRequest, ListTargetsRequest, ListUsersRequest, LocationKind,
    SimulatorSettings,
};
use dialtone_testkit::{assert_fault, request};

use crate::support::{World, location, response, simulator};

#[tokio::test(flavor = "multi_thread")]
async fn users_and_accounts_come_by_address_in_pages() {
    let world = World::new().await;
    let batch = world.batch(7, SimulatorSettings::default()).await;
    let started = world.start(&batch).await;
    assert_eq!(response(&world.ended(&started.name).await.0).provisioned_count, 7);
    let wanted: Vec<String> = batch.users.iter().map(|user| user.email.clone()).collect();

    let (mut emails, mut token) = (Vec::new(), String::new());
    loop {
        let list = ListUsersRequest { parent: world.customer.to_string(), page_size: 3, page_token: token };
        let page = world.users().list_users(request(&world.admin, list)).await.unwrap().into_inner();
        assert!(page.users.len() <= 3);
        emails.extend(page.users.into_iter().map(|user| user.email));
        token = page.next_page_token;
        if token.is_empty() {
            break;
        }
    }
    assert_eq!(emails, wanted);

    let list = |page_token: &str| ListSimulatorAccountsRequest {
        parent: batch.target.clone(),
        page_size: 4,
        page_token: page_token.to_owned(),
    };
    let first = world.targets().list_simulator_accounts(request(&world.admin, list(""))).await.unwrap().into_inner();
    let rest = list(&first.next_page_token);
    let rest = world.targets().list_simulator_accounts(request(&world.admin, rest)).await.unwrap().into_inner();
    let emails: Vec<String> = first.accounts.into_iter().chain(rest.accounts).map(|account| account.email).collect();
    assert_eq!((emails, rest.next_page_token.as_str()), (wanted, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn locations_and_targets_come_oldest_first_in_pages() {
    let world = World::new().await;
    for name in ["c", "a", "b"] {
        let mut branch = location(world.customer);
        let inside = branch.location.as_mut().unwrap();
        (inside.display_name, inside.kind) = (name.into(), LocationKind::Branch.into());
        world.locations().create_location(request(&world.admin, branch)).await.unwrap();
        let mut target = simulator(world.customer, SimulatorSettings::default());
        target.target.as_mut().unwrap().display_name = name.into();
        world.targets().create_target(request(&world.admin, target)).await.unwrap();
    }
    let list =
        |page_token: String| ListLocationsRequest { parent: world.customer.to_string(), page_size: 2, page_token };
    let first =
        world.locations().list_locations(request(&world.admin, list(String::new()))).await.unwrap().into_inner();
    let rest = list(first.next_page_token);
    let rest = world.locations().list_locations(request(&world.admin, rest)).await.unwrap().into_inner();
    let names: Vec<String> = first.locations.into_iter().chain(rest.locations).map(|l| l.display_name).collect();
    assert_eq!((names, rest.next_page_token.as_str()), (vec!["c".to_owned(), "a".into(), "b".into()], ""));

    let list = |page_token: String| ListTargetsRequest { parent: world.customer.to_string(), page_size: 2, page_token };
    let first = world.targets().list_targets(request(&world.admin, list(String::new()))).await.unwrap().into_inner();
    let rest = list(first.next_page_token);
    let rest = world.targets().list_targets(request(&world.admin, rest)).await.unwrap().into_inner();
    let names: Vec<String> = first.targets.into_iter().chain(rest.targets).map(|t| t.display_name).collect();
    assert_eq!(names, ["c", "a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_list_or_altered_is_refused() {
    let world = World::new().await;
    let other = OrganizationId::new();
    let others = world.person(other, Role::FullAdmin);
    for name in ["a", "b"] {
        let mut target = simulator(world.customer, SimulatorSettings::default());
        target.target.as_mut().unwrap().display_name = name.into();
        world.targets().create_target(request(&world.admin, target)).await.unwrap();
    }
    let list = |parent: OrganizationId, page_token: &str| ListTargetsRequest {
        parent: parent.to_string(),
        page_size: 1,
        page_token: page_token.to_owned(),
    };
    let page =
        world.targets().list_targets(request(&world.admin, list(world.customer, ""))).await.unwrap().into_inner();
    let good = page.next_page_token;
    for (token, parent, page_token) in [
        (&others, other, good.clone()),
        (&world.admin, world.customer, format!("{good}A")),
        (&world.admin, world.customer, "x".into()),
    ] {
        let refused = world.targets().list_targets(request(token, list(parent, &page_token))).await;
        assert_fault!(refused, InvalidArgument, "INVALID_PAGE_TOKEN");
    }
    let users = ListUsersRequest { parent: world.customer.to_string(), page_token: good.clone(), ..Default::default() };
    assert_fault!(world.users().list_users(request(&world.admin, users)).await, InvalidArgument, "INVALID_PAGE_TOKEN");
    let locations =
        ListLocationsRequest { parent: world.customer.to_string(), page_token: good.clone(), ..Default::default() };
    let refused = world.locations().list_locations(request(&world.admin, locations)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_PAGE_TOKEN");
    let ledger = ListSimulatorAccountsRequest {
        parent: format!("{}/targets/{}", world.customer, uuid::Uuid::now_v7()),
        page_token: good,
        ..Default::default()
    };
    let refused = world.targets().list_simulator_accounts(request(&world.admin, ledger)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_PAGE_TOKEN");
}
