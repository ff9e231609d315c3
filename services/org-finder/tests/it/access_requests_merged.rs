//! What a merge does to requests for full administration and to completed set-ups, and how an undo gives them back.

use dialtone_proto::annotations::v1::Role;
use dialtone_proto::orgfinder::v1::*;
use dialtone_status::Code;

use crate::access_requests::Pair;
use crate::support::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_request_goes_over_with_the_merged_customer_and_returns_with_an_undo() {
    let pair = Pair::new().await;
    let suite = &pair.suite;
    let request = pair.ask().await;
    let before = suite.rows().await;
    let stays = suite.create(customer("Stays", &[])).await.name;
    let rows = suite.rows().await;
    suite.merge(&stays, &pair.customer).await;

    let id = request.name.rsplit('/').next().expect("it has an id");
    let moved = suite.get_as("anna", &format!("{stays}/accessRequests/{id}")).await.expect("her grant went over, too");
    assert_eq!((moved.state(), &moved.partner), (AccessRequestState::Pending, &pair.partner));
    let asking = RequestFullAdminRequest { parent: stays.clone(), ..pair.asking() };
    let again = suite.ask_as("paul", asking).await;
    assert_refused(again, Code::FailedPrecondition, "ACCESS_REQUEST_PENDING", &[("request", &moved.name)]);

    suite.undo(&pair.customer).await.expect("it can be undone");
    let mut after = suite.rows().await;
    after.retain(|row| !row.starts_with("organizations "));
    let mut expected = rows;
    expected.retain(|row| !row.starts_with("organizations "));
    assert_eq!(after, expected);
    assert!(before.iter().any(|row| row.starts_with("access_requests ")));
    let approved = suite.approve_as("anna", &suite.get_as("anna", &request.name).await.expect("it is back")).await;
    assert_eq!(approved.expect("she may").state(), AccessRequestState::Approved);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_can_be_approved_after_the_merge_of_its_partner() {
    let pair = Pair::new().await;
    let suite = &pair.suite;
    let request = pair.ask().await;
    let stays = suite.create(partner("Stays", &[])).await.name;
    suite.merge(&stays, &pair.partner).await;
    let moved = suite.get_as("anna", &request.name).await.expect("she may");
    assert_eq!((moved.partner.as_str(), moved.state()), (stays.as_str(), AccessRequestState::Pending));
    suite.approve_as("anna", &moved).await.expect("she may");
    suite.grant(&stays, "sam", Role::FullAdmin).await;
    assert_eq!(suite.role(&pair.customer, "sam").await, Role::FullAdmin);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_pending_requests_of_one_partner_the_survivors_counts() {
    let pair = Pair::new().await;
    let suite = &pair.suite;
    let twin = suite.create(customer("Twin", &[])).await.name;
    suite.link(&pair.partner, &twin, Role::ProvisioningAdmin).await.expect("it works");
    suite.complete_setup(&pair.partner, &twin).await;
    let own = pair.ask().await;
    let asking = RequestFullAdminRequest { parent: twin.clone(), ..pair.asking() };
    let others = suite.ask_as("paul", asking).await.expect("he may");
    suite.merge(&pair.customer, &twin).await;
    let list = ListAccessRequestsRequest { parent: pair.customer.clone(), ..Default::default() };
    let listed = suite.access().list_access_requests(suite.person("anna", list)).await.expect("she may").into_inner();
    assert_eq!(listed.access_requests, std::slice::from_ref(&own));
    suite.approve_as("anna", &own).await.expect("she may");
    suite.undo(&twin).await.expect("it can be undone");
    suite.grant(&twin, "anna", Role::FullAdmin).await;
    assert_eq!(suite.get_as("anna", &others.name).await.expect("it is back"), others);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_between_the_two_stays_behind() {
    let pair = Pair::new().await;
    let suite = &pair.suite;
    let update = UpdateOrganizationRequest {
        organization: Some(Organization {
            roles: vec![OrganizationRole::Partner.into(), OrganizationRole::Customer.into()],
            ..suite.get(&pair.partner).await
        }),
        update_mask: Some(prost_types::FieldMask { paths: vec!["roles".into()] }),
        ..Default::default()
    };
    suite.organizations().update_organization(suite.staff(update)).await.expect("it can be both");
    let request = pair.ask().await;
    suite.merge(&pair.partner, &pair.customer).await;
    let list = ListAccessRequestsRequest { parent: pair.partner.clone(), ..Default::default() };
    for list in [list.clone(), ListAccessRequestsRequest { sent: true, ..list }] {
        let listed = suite.access().list_access_requests(suite.staff(list.clone())).await.expect("staff may");
        let names: Vec<_> = listed.into_inner().access_requests.into_iter().map(|request| request.name).collect();
        assert_eq!(names, if list.sent { vec![request.name.clone()] } else { vec![] });
    }
    suite.undo(&pair.customer).await.expect("it can be undone");
    assert_eq!(suite.get_as("anna", &request.name).await.expect("it is back"), request);
}

/// A second customer of the partner, which the first was made twice as, with this role on its link.
async fn twin(pair: &Pair, role: Role) -> String {
    let twin = pair.suite.create(customer("Twin", &[])).await.name;
    pair.suite.link(&pair.partner, &twin, role).await.expect("it works");
    pair.suite.complete_setup(&pair.partner, &twin).await;
    pair.suite.grant(&pair.partner, "pia", Role::FullAdmin).await;
    twin
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_approved_after_a_merge_had_given_it_stays_when_the_merge_is_undone() {
    let pair = Pair::new().await;
    let suite = &pair.suite;
    let twin = twin(&pair, Role::FullAdmin).await;
    let request = pair.ask().await;
    suite.merge(&pair.customer, &twin).await;
    assert_eq!(suite.role(&pair.customer, "pia").await, Role::FullAdmin);
    suite.approve_as("anna", &request).await.expect("she may");
    suite.undo(&twin).await.expect("it can be undone");
    assert_eq!(suite.role(&pair.customer, "pia").await, Role::FullAdmin);
    let approved = suite.get_as("anna", &request.name).await.expect("she may");
    assert_eq!(approved.state(), AccessRequestState::Approved);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_approved_for_the_survivor_stays_with_it() {
    let pair = Pair::new().await;
    let suite = &pair.suite;
    let twin = twin(&pair, Role::ProvisioningAdmin).await;
    let asking = RequestFullAdminRequest { parent: twin.clone(), ..pair.asking() };
    let asked = suite.ask_as("paul", asking).await.expect("he may");
    suite.merge(&pair.customer, &twin).await;
    let id = asked.name.rsplit('/').next().expect("it has an id");
    let moved = suite.get_as("anna", &format!("{}/accessRequests/{id}", pair.customer)).await.expect("it went over");
    suite.approve_as("anna", &moved).await.expect("she may");
    suite.undo(&twin).await.expect("it can be undone");
    let approved = suite.get_as("anna", &moved.name).await.expect("it is where it was answered");
    assert_eq!(approved.state(), AccessRequestState::Approved);
    assert_eq!(suite.role(&pair.customer, "pia").await, Role::FullAdmin);
    assert_eq!(suite.role(&twin, "pia").await, Role::ProvisioningAdmin);
}
