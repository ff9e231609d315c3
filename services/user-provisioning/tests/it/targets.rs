//! Targets of organizations.

use dialtone_authz::Role;
use dialtone_proto::userprovisioning::v1::{
    CreateTargetRequest, GetTargetRequest, ListSimulatorAccountsRequest, ListTargetsRequest, SimulatorSettings, Target,
};
use dialtone_testkit::{assert_fault, request};

use crate::support::{World, request_id, simulator};

#[tokio::test(flavor = "multi_thread")]
async fn a_target_is_created_read_and_listed_and_has_an_empty_ledger() {
    let world = World::new().await;
    let settings = SimulatorSettings {
        latency_ms: 30,
        failure_percent: 15,
        lost_answer_percent: 5,
        refused_emails: vec!["No@x.example".into()],
        seed: u64::MAX,
    };
    let create = CreateTargetRequest { request_id: request_id(), ..simulator(world.customer, settings) };
    let made = world.targets().create_target(request(&world.admin, create.clone())).await.unwrap().into_inner();
    let Some(dialtone_proto::userprovisioning::v1::target::Kind::Simulator(kept)) = &made.kind else {
        panic!("{made:?}")
    };
    assert_eq!((kept.seed, kept.refused_emails.as_slice()), (u64::MAX, &["no@x.example".to_owned()][..]));
    let again = world.targets().create_target(request(&world.admin, create)).await.unwrap().into_inner();
    assert_eq!(again, made);

    let reader = world.person(world.customer, Role::ReadOnly);
    let get = GetTargetRequest { name: made.name.clone() };
    assert_eq!(world.targets().get_target(request(&reader, get)).await.unwrap().into_inner(), made);
    let list = ListTargetsRequest { parent: world.customer.to_string(), ..Default::default() };
    let listed = world.targets().list_targets(request(&reader, list)).await.unwrap().into_inner();
    assert_eq!(listed.targets.as_slice(), std::slice::from_ref(&made));
    assert!(world.ledger(&made.name).await.is_empty());
    assert_eq!(world.count("SELECT count(*) FROM outbox WHERE kind = 'target.created'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_target_of_a_name_and_hopeless_settings_are_refused() {
    let world = World::new().await;
    let there = world.simulator(SimulatorSettings::default()).await;
    let same = simulator(world.customer, SimulatorSettings::default());
    let refused = world.targets().create_target(request(&world.admin, same)).await;
    assert_fault!(refused, AlreadyExists, "TARGET_EXISTS", { "target" => there });

    let hopeless = SimulatorSettings { failure_percent: 50, lost_answer_percent: 50, ..Default::default() };
    let refused = world.targets().create_target(request(&world.admin, simulator(world.customer, hopeless))).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["target.simulator.lost_answer_percent"]);
    let nothing =
        CreateTargetRequest { target: Some(Target::default()), ..simulator(world.customer, Default::default()) };
    let refused = world.targets().create_target(request(&world.admin, nothing)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["target.display_name", "target.kind"]);
    assert_eq!(world.count("SELECT count(*) FROM targets").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_full_administrator_creates_targets() {
    let world = World::new().await;
    let limited = world.person(world.customer, Role::ProvisioningAdmin);
    let create = simulator(world.customer, SimulatorSettings::default());
    let refused = world.targets().create_target(request(&limited, create)).await;
    assert_fault!(refused, PermissionDenied, "PERMISSION_DENIED", { "permission" => "targets.create" });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_target_is_said_to_those_who_may_know() {
    let world = World::new().await;
    let name = format!("{}/targets/{}", world.customer, uuid::Uuid::now_v7());
    let refused = world.targets().get_target(request(&world.admin, GetTargetRequest { name: name.clone() })).await;
    assert_fault!(refused, NotFound, "NOT_FOUND", { "resource" => name });
    let ledger = ListSimulatorAccountsRequest { parent: name.clone(), ..Default::default() };
    let refused = world.targets().list_simulator_accounts(request(&world.admin, ledger)).await;
    assert_fault!(refused, NotFound, "NOT_FOUND", { "resource" => name });
}
