//! Locations of customers.

use dialtone_authz::Role;
use dialtone_ids::OrganizationId;
use dialtone_proto::userprovisioning::v1::{
    CreateLocationRequest, GetLocationRequest, ListLocationsRequest, Location, LocationKind,
};
use dialtone_testkit::fault::seen;
use dialtone_testkit::{assert_fault, request};

use crate::support::{World, location, request_id, subscriptions};

fn branch(customer: OrganizationId, name: &str) -> CreateLocationRequest {
    let mut made = location(customer);
    if let Some(location) = &mut made.location {
        location.kind = LocationKind::Branch.into();
        location.display_name = name.into();
    }
    made
}

#[tokio::test(flavor = "multi_thread")]
async fn a_location_is_created_read_and_listed() {
    let world = World::new().await;
    let made = world.locations().create_location(request(&world.admin, location(world.customer))).await.unwrap();
    let made = made.into_inner();
    assert!(made.name.starts_with(&format!("{}/locations/", world.customer)));
    assert!(!made.etag.is_empty() && made.create_time.is_some() && made.create_time == made.update_time);
    let asked = location(world.customer).location.unwrap();
    let said =
        Location { name: String::new(), etag: String::new(), create_time: None, update_time: None, ..made.clone() };
    assert_eq!(said, asked);

    let reader = world.person(world.customer, Role::ReadOnly);
    let get = GetLocationRequest { name: made.name.clone() };
    assert_eq!(world.locations().get_location(request(&reader, get)).await.unwrap().into_inner(), made);
    let list = ListLocationsRequest { parent: world.customer.to_string(), ..Default::default() };
    let listed = world.locations().list_locations(request(&reader, list)).await.unwrap().into_inner();
    assert_eq!((listed.locations, listed.next_page_token.as_str()), (vec![made], ""));

    assert_eq!(world.count("SELECT count(*) FROM history WHERE verb = 'location.created'").await, 1);
    let events =
        "SELECT count(*) FROM outbox WHERE kind = 'location.created' AND data->>'display_name' = 'Headquarters'";
    assert_eq!(world.count(events).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_has_one_headquarters_and_one_location_of_a_name() {
    let world = World::new().await;
    let there = world.headquarters().await;
    let again = world.locations().create_location(request(&world.admin, location(world.customer))).await;
    assert_fault!(again, AlreadyExists, "HEADQUARTERS_EXISTS", { "location" => there });
    let same = world.locations().create_location(request(&world.admin, branch(world.customer, "Headquarters"))).await;
    assert_fault!(same, AlreadyExists, "LOCATION_EXISTS", { "location" => there });
    let other = world.locations().create_location(request(&world.admin, branch(world.customer, "Kiruna"))).await;
    assert!(other.is_ok());
    let elsewhere = OrganizationId::new();
    let token = world.person(elsewhere, Role::ProvisioningAdmin);
    assert!(world.locations().create_location(request(&token, location(elsewhere))).await.is_ok());
    assert_eq!(world.count("SELECT count(*) FROM locations").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_rule_is_told_at_once_and_nothing_changes() {
    let world = World::new().await;
    let mut bad = location(world.customer);
    bad.request_id = "7".into();
    let inside = bad.location.as_mut().unwrap();
    inside.display_name.clear();
    inside.time_zone = "Europe/Atlantis".into();
    inside.language_code = "Swedish".into();
    inside.address.as_mut().unwrap().region_code = "XX".into();
    let mut refused = seen(&world.locations().create_location(request(&world.admin, bad)).await);
    refused.fields.sort();
    assert_eq!(refused.reason, "INVALID_FIELDS");
    let expected = [
        "location.address.region_code",
        "location.display_name",
        "location.language_code",
        "location.time_zone",
        "request_id",
    ];
    assert_eq!(refused.fields, expected);
    assert_eq!(world.count("SELECT count(*) FROM locations").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_may_create_and_repeat_and_only_try() {
    let world = World::new().await;
    let token = subscriptions(&world);
    let create = CreateLocationRequest { request_id: request_id(), ..location(world.customer) };
    let tried = CreateLocationRequest { validate_only: true, ..create.clone() };
    let would_be = world.locations().create_location(request(&token, tried)).await.unwrap().into_inner();
    assert_eq!(would_be.display_name, "Headquarters");
    for table in ["locations", "history", "outbox", "idempotency_keys"] {
        assert_eq!(world.count(&format!("SELECT count(*) FROM {table}")).await, 0, "{table}");
    }
    let first = world.locations().create_location(request(&token, create.clone())).await.unwrap().into_inner();
    let again = world.locations().create_location(request(&token, create.clone())).await.unwrap().into_inner();
    assert_eq!(first, again);
    let mut other = create;
    other.location.as_mut().unwrap().display_name = "Other".into();
    let refused = world.locations().create_location(request(&token, other.clone())).await;
    assert_fault!(refused, AlreadyExists, "REQUEST_ID_REUSED", { "request_id" => other.request_id });
    assert_eq!(world.count("SELECT count(*) FROM locations").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_the_right_characters_that_is_none_is_a_violation() {
    let world = World::new().await;
    let none = format!("organizations/{}/locations/{}", "-".repeat(36), "f".repeat(36));
    let refused = world.locations().get_location(request(&world.admin, GetLocationRequest { name: none })).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["name"]);
}
