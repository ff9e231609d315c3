//! What is refused, with code, reason, metadata and fields, and that nothing changed.

use dialtone_authz::Role;
use dialtone_ids::OrganizationId;
use dialtone_proto::userprovisioning::v1::{
    BatchCreateUsersRequest, GetLocationRequest, GetTargetRequest, GetUserRequest, ListLocationsRequest,
    ListTargetsRequest, ListUsersRequest, SimulatorSettings,
};
use dialtone_testkit::fault::seen;
use dialtone_testkit::{assert_fault, request};
use tonic::Status;

use crate::support::{World, location, no_location, simulator, someone};

#[tokio::test(flavor = "multi_thread")]
async fn every_bad_row_and_field_is_told_at_once() {
    let world = World::new().await;
    let mut batch = world.batch(5, SimulatorSettings::default()).await;
    batch.users[0].email = "nobody".into();
    batch.users[1].email.clear();
    batch.users[2].given_name.clear();
    batch.users[3].location = format!("{}/locations/{}", world.customer, "-".repeat(36));
    let mut refused = seen(&world.users().batch_create_users(request(&world.admin, batch)).await);
    refused.fields.sort();
    refused.fields.dedup();
    assert_eq!(refused.reason, "INVALID_FIELDS");
    assert_eq!(refused.fields, ["users[0].email", "users[1].email", "users[2].given_name", "users[3].location"]);

    let mut twice = world_batch(&world, &["a@x.example", "b@x.example", "A@X.EXAMPLE"]).await;
    let refused = world.users().batch_create_users(request(&world.admin, twice.clone())).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["users[2].email"]);
    twice.users.clear();
    let refused = world.users().batch_create_users(request(&world.admin, twice)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["users"]);
    assert_eq!(world.count("SELECT count(*) FROM users").await, 0);
}

async fn world_batch(world: &World, emails: &[&str]) -> BatchCreateUsersRequest {
    let list = ListLocationsRequest { parent: world.customer.to_string(), ..Default::default() };
    let locations = world.locations().list_locations(request(&world.admin, list)).await.unwrap().into_inner().locations;
    let list = ListTargetsRequest { parent: world.customer.to_string(), ..Default::default() };
    let targets = world.targets().list_targets(request(&world.admin, list)).await.unwrap().into_inner().targets;
    BatchCreateUsersRequest {
        parent: world.customer.to_string(),
        users: emails.iter().map(|email| someone(email, &locations[0].name)).collect(),
        target: targets[0].name.clone(),
        ..Default::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_batch_names_must_be_there() {
    let world = World::new().await;
    let good = world.batch(3, SimulatorSettings::default()).await;
    let call =
        async |batch: BatchCreateUsersRequest| world.users().batch_create_users(request(&world.admin, batch)).await;

    let mut batch = good.clone();
    batch.users[1].package = "packages/attendant_console".into();
    batch.users[2].package = "packages/nothing".into();
    let refused = call(batch).await;
    let packages = "packages/attendant_console,packages/nothing";
    assert_fault!(refused, InvalidArgument, "UNKNOWN_PACKAGE", { "packages" => packages });
    assert_eq!(seen(&refused).fields, ["users[1].package", "users[2].package"]);

    let (mut batch, missing) = (good.clone(), no_location(world.customer));
    batch.users[2].location.clone_from(&missing);
    let refused = call(batch).await;
    assert_fault!(refused, InvalidArgument, "UNKNOWN_LOCATION", { "locations" => missing });
    assert_eq!(seen(&refused).fields, ["users[2].location"]);

    let elsewhere = OrganizationId::new();
    let token = world.person(elsewhere, Role::FullAdmin);
    let foreign = world.locations().create_location(request(&token, location(elsewhere))).await.unwrap().into_inner();
    let mut batch = good.clone();
    batch.users[0].location.clone_from(&foreign.name);
    assert_fault!(call(batch).await, InvalidArgument, "UNKNOWN_LOCATION", { "locations" => foreign.name });

    let made = world.targets().create_target(request(&token, simulator(elsewhere, Default::default()))).await.unwrap();
    let foreign = made.into_inner().name;
    for target in [foreign, format!("{elsewhere}/targets/{}", uuid::Uuid::now_v7())] {
        let batch = BatchCreateUsersRequest { target: target.clone(), ..good.clone() };
        assert_fault!(call(batch).await, FailedPrecondition, "UNKNOWN_TARGET", { "target" => target });
    }
    assert_eq!(world.count("SELECT count(*) FROM users").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_exist_are_named_and_nobody_is_created() {
    let world = World::new().await;
    let batch = world.batch(3, SimulatorSettings::default()).await;
    let started = world.start(&batch).await;
    world.ended(&started.name).await;
    let more = world_batch(&world, &["new@x.example", "Person0001@x.example"]).await;
    let refused = world.users().batch_create_users(request(&world.admin, more)).await;
    assert_fault!(refused, AlreadyExists, "USERS_EXIST", { "count" => "1" });
    assert_eq!(seen(&refused).fields, ["users[1].email"]);
    assert_eq!(world.count("SELECT count(*) FROM users").await, 3);
    assert_eq!(world.count("SELECT count(*) FROM operations_finished").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_catalogue_that_is_away_is_unavailable_and_changes_nothing() {
    let mut world = World::new().await;
    world.log.allow("call failed");
    let batch = world.batch(1, SimulatorSettings::default()).await;
    world.peers.catalogue_is_down.store(true, std::sync::atomic::Ordering::SeqCst);
    let refused = world.users().batch_create_users(request(&world.admin, batch.clone())).await;
    assert_fault!(refused, Unavailable, "UNAVAILABLE");
    assert_eq!(world.count("SELECT count(*) FROM users").await, 0);
    world.peers.catalogue_is_down.store(false, std::sync::atomic::Ordering::SeqCst);
    let asked = world.peers.catalogue_asked.load(std::sync::atomic::Ordering::SeqCst);
    let started = world.start(&batch).await;
    world.ended(&started.name).await;
    let mut other = batch;
    other.users[0].email = "other@x.example".into();
    world.start(&other).await;
    let asked_again = world.peers.catalogue_asked.load(std::sync::atomic::Ordering::SeqCst);
    assert_eq!(asked_again - asked, 1, "an answer is remembered");
}

/// Every method of the service about what is in `organization`, with names of things that exist nowhere.
async fn every_method(world: &World, token: &str, organization: OrganizationId) -> Vec<(&'static str, Status)> {
    let parent = organization.to_string();
    let name = |collection: &str| format!("{parent}/{collection}/{}", uuid::Uuid::now_v7());
    let settings = SimulatorSettings::default();
    let batch = BatchCreateUsersRequest {
        parent: parent.clone(),
        users: vec![someone("a@x.example", &name("locations"))],
        target: name("targets"),
        ..Default::default()
    };
    let ledger = dialtone_proto::userprovisioning::v1::ListSimulatorAccountsRequest {
        parent: name("targets"),
        ..Default::default()
    };
    let list_locations = ListLocationsRequest { parent: parent.clone(), ..Default::default() };
    let list_users = ListUsersRequest { parent: parent.clone(), ..Default::default() };
    let list_targets = ListTargetsRequest { parent: parent.clone(), ..Default::default() };
    let get_location = GetLocationRequest { name: name("locations") };
    let (get_user, get_target) = (GetUserRequest { name: name("users") }, GetTargetRequest { name: name("targets") });
    let (mut locations, mut users, mut targets) = (world.locations(), world.users(), world.targets());
    let mut all = vec![
        ("locations.create", locations.create_location(request(token, location(organization))).await.err()),
        ("locations.get", locations.get_location(request(token, get_location)).await.err()),
        ("locations.list", locations.list_locations(request(token, list_locations)).await.err()),
        ("users.get", users.get_user(request(token, get_user)).await.err()),
        ("users.list", users.list_users(request(token, list_users)).await.err()),
        ("users.create", users.batch_create_users(request(token, batch)).await.err()),
        ("targets.create", targets.create_target(request(token, simulator(organization, settings))).await.err()),
        ("targets.get", targets.get_target(request(token, get_target)).await.err()),
        ("targets.list", targets.list_targets(request(token, list_targets)).await.err()),
        ("targets.get", targets.list_simulator_accounts(request(token, ledger)).await.err()),
    ];
    all.drain(..).map(|(permission, error)| (permission, error.unwrap_or_else(|| panic!("{permission}")))).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_token_every_method_is_unauthenticated() {
    let world = World::new().await;
    for (permission, status) in every_method(&world, &world.keys.anonymous(), world.customer).await {
        assert_fault!(Err::<(), _>(status), Unauthenticated, "UNAUTHENTICATED");
        let _ = permission;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn somebody_elses_organization_is_denied_alike_by_every_method_whether_or_not_it_exists() {
    let world = World::new().await;
    world.headquarters().await;
    let stranger = world.person(OrganizationId::new(), Role::FullAdmin);
    let existing = every_method(&world, &stranger, world.customer).await;
    let missing = every_method(&world, &stranger, OrganizationId::new()).await;
    for ((permission, one), (_, other)) in existing.into_iter().zip(missing) {
        assert_eq!((one.code(), one.message()), (other.code(), other.message()), "{permission}");
        let denied = Err::<(), _>(one);
        assert_fault!(denied, PermissionDenied, "PERMISSION_DENIED", { "permission" => permission });
    }
    assert_eq!(world.count("SELECT count(*) FROM locations").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thing_that_exists_is_denied_in_the_same_words_as_one_that_does_not() {
    let world = World::new().await;
    let there = world.headquarters().await;
    let stranger = world.person(OrganizationId::new(), Role::FullAdmin);
    let mut answers = Vec::new();
    for name in [there, no_location(world.customer)] {
        let denied = world.locations().get_location(request(&stranger, GetLocationRequest { name })).await.unwrap_err();
        answers.push((denied.code(), denied.message().to_owned(), denied.details().to_vec()));
    }
    assert_eq!(answers[0], answers[1]);
}
