//! Preview, set-up as an operation, and the summary.

use dialtone_proto::google::longrunning::operation::Result as Outcome;
use dialtone_proto::google::longrunning::{CancelOperationRequest, GetOperationRequest};
use dialtone_proto::operations::v1::{OperationState, StepState};
use dialtone_proto::subscriptions::v1::*;
use dialtone_proto::userprovisioning::v1::location_service_client::LocationServiceClient;
use dialtone_proto::userprovisioning::v1::{CreateLocationRequest, ListLocationsRequest, LocationKind};
use dialtone_testkit::tcp_proxy::Mode;
use dialtone_testkit::{assert_fault, eventually, request};
use futures::future::join_all;
use prost::Message as _;

use crate::steps::{Case, headquarters, new_order, setting_up};
use crate::support::{PATIENCE, World, metadata, request_id};

impl World {
    async fn preview(&self, case: &Case) -> Result<PreviewSetupResponse, tonic::Status> {
        let preview = PreviewSetupRequest { name: case.subscription.clone() };
        Ok(self.subscriptions().preview_setup(request(&case.contact, preview)).await?.into_inner())
    }

    async fn summary(&self, case: &Case) -> Result<Vec<dialtone_proto::google::api::HttpBody>, tonic::Status> {
        let get = GetOrderSummaryRequest { name: case.subscription.clone(), format: SummaryFormat::Text.into() };
        let mut stream = self.subscriptions().get_order_summary(request(&case.contact, get)).await?.into_inner();
        let mut chunks = Vec::new();
        while let Some(chunk) = stream.message().await? {
            chunks.push(chunk);
        }
        Ok(chunks)
    }

    async fn locations(&self, customer: &str) -> usize {
        let list = ListLocationsRequest { parent: customer.into(), ..Default::default() };
        let mut client = LocationServiceClient::new(self.user_provisioning());
        let page = client.list_locations(request(&self.keys.platform(), list)).await.expect("a list");
        page.into_inner().locations.len()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calling_is_set_up_by_headquarters_and_then_the_subscription_is_active() {
    let world = World::new().await;
    let mapped = world.mapped("A-1").await;
    let started = world.set_up(&mapped.case).await.expect("it begins");
    // The contact follows its own operation.
    let (operation, told) = world.ended(&mapped.case.contact, &started.name).await;
    assert_eq!((told.state(), told.percent), (OperationState::Succeeded, 100));
    assert_eq!((told.target.as_str(), told.verb.as_str()), (&*mapped.case.subscription, "SetUpService"));
    let steps: Vec<_> = told.steps.iter().map(|step| (step.name.as_str(), step.state())).collect();
    assert_eq!(steps, [("create-headquarters", StepState::Done), ("activate", StepState::Done)]);
    let Some(Outcome::Response(any)) = operation.result else { panic!("no response in {operation:?}") };
    assert_eq!(any.type_url, "type.googleapis.com/dialtone.subscriptions.v1.Subscription");
    let active = Subscription::decode(any.value.as_slice()).unwrap();
    assert_eq!(active, world.subscription(&mapped.case).await);
    assert_eq!(active.state(), SubscriptionState::Active);
    assert!(active.activate_time.is_some() && active.headquarters.starts_with(&mapped.customer));
    let set_up: Vec<_> = active.items.iter().map(|item| (item.sku.as_str(), item.set_up)).collect();
    assert_eq!(set_up, [("CALLING-STD", true), ("MEETINGS-STD", false), ("CALLING-PLUS", true)]);
    assert_eq!(world.locations(&mapped.customer).await, 1);
    assert_eq!(world.count("SELECT count(*) FROM outbox WHERE kind = 'subscription.activated'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_preview_compares_all_licences_of_the_customer() {
    let world = World::new().await;
    let mapped = world.mapped("A-1").await;
    let line = |offering: ServiceOffering, sku: &str, now, after| LicenceChange {
        offering: offering.into(),
        sku: sku.into(),
        now,
        after,
    };
    let (calling, meetings) = (ServiceOffering::WebexCalling, ServiceOffering::WebexMeetings);
    let preview = world.preview(&mapped.case).await.unwrap();
    let expected = [
        line(meetings, "MEETINGS-STD", 0, 50),
        line(calling, "CALLING-PLUS", 0, 10),
        line(calling, "CALLING-STD", 0, 100),
    ];
    assert_eq!(preview.changes, expected);
    assert_eq!(
        (preview.convertible_trials, preview.add_ons),
        (vec!["MEETINGS-STD".into()], vec!["CALLING-PLUS".into()])
    );
    assert_eq!(preview.services_to_set_up, [meetings.into(), calling.into()].map(|x: i32| x));

    let started = world.set_up(&mapped.case).await.unwrap();
    world.ended(&mapped.case.contact, &started.name).await;
    let second = world.answered("A-2").await;
    world.map_partner(&second, crate::steps::existing(&mapped.partner)).await.unwrap();
    assert_fault!(world.preview(&second).await, FailedPrecondition, "MAPPING_INCOMPLETE", { "state" => "MAPPING" });
    world.map_customer(&second, crate::steps::existing(&mapped.customer)).await.unwrap();
    let changes = world.preview(&second).await.unwrap().changes;
    let expected = [
        line(meetings, "MEETINGS-STD", 0, 50),
        line(calling, "CALLING-PLUS", 10, 20),
        line(calling, "CALLING-STD", 100, 200),
    ];
    assert_eq!(changes, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_set_up_is_refused_by_its_reason() {
    let world = World::new().await;
    let case = world.answered("A-1").await;
    assert_fault!(world.set_up(&case).await, FailedPrecondition, "MAPPING_INCOMPLETE", { "state" => "MAPPING" });

    let mut order = new_order("A-2", "nina-a-2@partner.example");
    order.items.retain(|item| item.offering() == ServiceOffering::WebexMeetings);
    let order = world.place(order).await;
    let contact = world.contact("nina-a-2@partner.example", &order.subscription);
    let address = "nina-a-2@partner.example".to_owned();
    let meetings = Case { order: order.name, subscription: order.subscription, contact, address };
    world.answer(&meetings, WhoFor::ForOwnCompany, "").await.unwrap();
    let company = world.organization("Company", dialtone_proto::orgfinder::v1::OrganizationRole::Customer).await;
    world.map_customer(&meetings, crate::steps::existing(&company)).await.unwrap();
    assert_fault!(world.set_up(&meetings).await, FailedPrecondition, "NOT_PURCHASED", { "offering" => "WEBEX_CALLING" });

    let mapped = world.mapped("A-3").await;
    let stale = SetUpServiceRequest {
        etag: "another".into(),
        ..setting_up(&world.subscription(&mapped.case).await, headquarters())
    };
    let refused = world.subscriptions().set_up_service(request(&mapped.case.contact, stale)).await;
    assert_fault!(refused, Aborted, "ETAG_MISMATCH", { "resource" => mapped.case.subscription });
    let started = world.set_up(&mapped.case).await.unwrap();
    world.ended(&mapped.case.contact, &started.name).await;
    let refused = world.set_up(&mapped.case).await;
    assert_fault!(refused, FailedPrecondition, "ALREADY_SET_UP", { "offering" => "WEBEX_CALLING" });
    assert_eq!(world.count("SELECT count(*) FROM operations_finished WHERE kind = 'set-up-calling'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_wrong_field_of_the_headquarters_is_told_before_anything_begins() {
    let world = World::new().await;
    let mapped = world.mapped("A-1").await;
    let subscription = world.subscription(&mapped.case).await;
    let mut branch = headquarters();
    branch.kind = LocationKind::Branch.into();
    branch.display_name.clear();
    let message = setting_up(&subscription, branch);
    let refused = world.subscriptions().set_up_service(request(&mapped.case.contact, message)).await;
    let mut fields = assert_fault!(refused, InvalidArgument, "INVALID_FIELDS").fields;
    fields.sort();
    assert_eq!(fields, ["calling.headquarters.display_name", "calling.headquarters.kind"]);

    // Rules that user-provisioning alone knows.
    let mut nowhere = headquarters();
    nowhere.time_zone = "Middle-earth/Bree".into();
    let message = setting_up(&subscription, nowhere);
    let refused = world.subscriptions().set_up_service(request(&mapped.case.contact, message)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["calling.headquarters.time_zone"]);
    let nothing = SetUpServiceRequest { service: None, ..setting_up(&subscription, headquarters()) };
    let refused = world.subscriptions().set_up_service(request(&mapped.case.contact, nothing)).await;
    assert_fault!(refused, InvalidArgument, "INVALID_FIELDS");
    assert_eq!(world.subscription(&mapped.case).await, subscription);
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_equal_requests_are_one_operation() {
    let world = World::new().await;
    let mapped = world.mapped("A-1").await;
    let message = SetUpServiceRequest {
        request_id: request_id(),
        ..setting_up(&world.subscription(&mapped.case).await, headquarters())
    };
    let setting_up = |_| {
        let (mut client, message) = (world.subscriptions(), request(&mapped.case.contact, message.clone()));
        async move { client.set_up_service(message).await.expect("the same answer").into_inner() }
    };
    let answers = join_all((0..50).map(setting_up)).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    world.ended(&mapped.case.contact, &answers[0].name).await;
    assert_eq!(world.count("SELECT count(*) FROM history WHERE verb = 'subscription.setup_started'").await, 1);
    assert_eq!(world.locations(&mapped.customer).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_waits_for_a_service_that_is_away_and_can_be_cancelled() {
    let world = World::new().await;
    let mapped = world.mapped("A-1").await;
    world.user_provisioning.set(Mode::Cut);
    let started = world.set_up(&mapped.case).await.expect("it is accepted all the same");
    let busy = world.set_up(&mapped.case).await;
    assert_fault!(busy, FailedPrecondition, "SETUP_IN_PROGRESS", { "operation" => started.name });
    let get = GetOperationRequest { name: started.name.clone() };
    eventually("it has tried", PATIENCE, async || {
        let got = world.operations().get_operation(request(&mapped.case.contact, get.clone())).await.unwrap();
        metadata(got.get_ref()).steps[0].last_error.clone()
    })
    .await;
    let cancel = CancelOperationRequest { name: started.name.clone() };
    world.operations().cancel_operation(request(&world.keys.platform(), cancel)).await.unwrap();
    let (_, told) = world.ended(&mapped.case.contact, &started.name).await;
    assert_eq!(told.state(), OperationState::Cancelled);
    assert_eq!(world.subscription(&mapped.case).await.state(), SubscriptionState::ReadyForSetup);

    world.user_provisioning.set(Mode::Pass);
    let again = world.set_up(&mapped.case).await.expect("it can be begun anew");
    assert_eq!(world.ended(&mapped.case.contact, &again.name).await.1.state(), OperationState::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_never_answers_does_not_keep_the_caller_waiting() {
    let world = World::new().await;
    let mapped = world.mapped("A-1").await;
    world.user_provisioning.set(Mode::BlackHole);
    let started = world.set_up(&mapped.case).await.expect("it is accepted all the same");
    // The silent connections are gone, as after a restart.
    world.user_provisioning.set(Mode::Cut);
    world.user_provisioning.set(Mode::Pass);
    assert_eq!(world.ended(&mapped.case.contact, &started.name).await.1.state(), OperationState::Succeeded);
}

#[tokio::test(flavor = "multi_thread")]
async fn headquarters_that_are_there_count_if_they_are_the_same_and_end_it_if_not() {
    let world = World::new().await;
    let (same, other) = (world.mapped("A-1").await, world.mapped("A-2").await);
    for (mapped, street) in [(&same, "Dragarbrunnsgatan 1"), (&other, "Another Street 2")] {
        let mut location = headquarters();
        location.address.as_mut().unwrap().address_lines = vec![street.into()];
        let message =
            CreateLocationRequest { parent: mapped.customer.clone(), location: Some(location), ..Default::default() };
        let mut client = LocationServiceClient::new(world.user_provisioning());
        client.create_location(request(&world.keys.platform(), message)).await.expect("it is created");
    }
    let started = world.set_up(&same.case).await.unwrap();
    assert_eq!(world.ended(&same.case.contact, &started.name).await.1.state(), OperationState::Succeeded);
    let started = world.set_up(&other.case).await.unwrap();
    let (operation, told) = world.ended(&other.case.contact, &started.name).await;
    assert_eq!(told.state(), OperationState::Failed);
    let Some(Outcome::Error(error)) = operation.result else { panic!("no error in {operation:?}") };
    assert!(String::from_utf8_lossy(&error.details[0].value).contains("HEADQUARTERS_CONFLICT"), "{error:?}");
    assert_eq!(world.subscription(&other.case).await.state(), SubscriptionState::ReadyForSetup);
    for mapped in [same, other] {
        assert_eq!(world.locations(&mapped.customer).await, 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_summary_is_the_same_bytes_for_the_same_state() {
    let world = World::new().await;
    let case = world.answered("A-1").await;
    assert_fault!(world.summary(&case).await, FailedPrecondition, "MAPPING_INCOMPLETE", { "state" => "MAPPING" });
    let mapped = world.mapped("A-2").await;
    let started = world.set_up(&mapped.case).await.unwrap();
    world.ended(&mapped.case.contact, &started.name).await;
    let chunks = world.summary(&mapped.case).await.unwrap();
    assert!(chunks.iter().all(|chunk| chunk.content_type == "text/plain; charset=utf-8" && chunk.data.len() <= 65_536));
    let text = String::from_utf8(chunks.iter().flat_map(|chunk| chunk.data.clone()).collect()).expect("UTF-8");
    let told =
        ["ORDER SUMMARY A-2", "Partner A-2", "Customer A-2", "Söderberg & Sons", "CALLING-STD", "Dragarbrunnsgatan 1"];
    for part in told {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert_eq!(world.summary(&mapped.case).await.unwrap(), chunks);
    let unsaid = GetOrderSummaryRequest { name: mapped.case.subscription.clone(), format: 0 };
    let refused = world.subscriptions().get_order_summary(request(&mapped.case.contact, unsaid)).await;
    assert_fault!(refused.map(|_| ()), InvalidArgument, "INVALID_FIELDS", ["format"]);
}
