//! Who gets in: staff, the contact of the case, and the people of its partner and customer. Nobody else learns what there is.

use dialtone_authz::Role;
use dialtone_ids::{OrderId, SubscriptionId};
use dialtone_proto::orgfinder::v1::OrganizationRole;
use dialtone_proto::subscriptions::v1::*;
use dialtone_status::PERMISSION_DENIED_TEXT;
use dialtone_testkit::fault::Seen;
use dialtone_testkit::{assert_fault, fault, request};
use http::uri::PathAndQuery;
use tonic::Status;
use tonic_prost::ProstCodec;

use crate::steps::{existing, headquarters};
use crate::support::{World, nowhere};

/// Calls every method that names a case, with names of this order and this subscription; what each is refused with.
async fn refusals(world: &World, token: &str, order: &str, subscription: &str) -> Vec<(Seen, String)> {
    fn refused<T>(answer: Result<T, Status>) -> (Seen, String) {
        let status = answer.err().expect("it is refused");
        (fault::of_status(&status), status.message().to_owned())
    }
    let (order, name, etag) = (order.to_owned(), subscription.to_owned(), "e".to_owned());
    let (mut orders, mut subscriptions) = (world.orders(), world.subscriptions());
    let answering = AnswerWhoForRequest {
        name: order.clone(),
        answer: WhoFor::ForCustomer.into(),
        etag: etag.clone(),
        ..Default::default()
    };
    let resending = ResendWelcomeRequest { name: order.clone(), etag: etag.clone(), ..Default::default() };
    let partner = MapPartnerRequest {
        name: name.clone(),
        partner: existing(&nowhere()),
        etag: etag.clone(),
        ..Default::default()
    };
    let customer = MapCustomerRequest {
        name: name.clone(),
        customer: existing(&nowhere()),
        etag: etag.clone(),
        ..Default::default()
    };
    let summary = GetOrderSummaryRequest { name: name.clone(), format: SummaryFormat::Text.into() };
    let setup =
        crate::steps::setting_up(&Subscription { name: name.clone(), etag, ..Default::default() }, headquarters());
    vec![
        refused(orders.get_order(request(token, GetOrderRequest { name: order })).await),
        refused(orders.resend_welcome(request(token, resending)).await),
        refused(orders.answer_who_for(request(token, answering)).await),
        refused(subscriptions.get_subscription(request(token, GetSubscriptionRequest { name: name.clone() })).await),
        refused(subscriptions.map_partner(request(token, partner)).await),
        refused(subscriptions.map_customer(request(token, customer)).await),
        refused(subscriptions.preview_setup(request(token, PreviewSetupRequest { name })).await),
        refused(subscriptions.set_up_service(request(token, setup)).await),
        refused(subscriptions.get_order_summary(request(token, summary)).await),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn others_are_refused_alike_whether_or_not_there_is_a_case() {
    let world = World::new().await;
    let mapped = world.mapped("A-1").await;
    let other = world.mapped("A-2").await;
    let stranger = world.person(&other.partner, Role::FullAdmin).await;
    let unmapped = world.case("A-3").await;
    world.mail.nth(&unmapped.address, 1).await;
    let callers = [stranger, other.case.contact.clone(), world.contact("eve@other.example", &mapped.case.subscription)];
    let before = world.subscription(&mapped.case).await;
    for token in callers {
        let theirs = refusals(&world, &token, &mapped.case.order, &mapped.case.subscription).await;
        let nobodys = refusals(&world, &token, &unmapped.order, &unmapped.subscription).await;
        let (order, subscription) = (OrderId::new().to_string(), SubscriptionId::new().to_string());
        let nothing = refusals(&world, &token, &order, &subscription).await;
        assert_eq!(theirs, nothing);
        assert_eq!(nobodys, nothing);
        for (seen, text) in nothing {
            assert_eq!(
                (seen.code, seen.reason.as_str()),
                (tonic::Code::PermissionDenied, "PERMISSION_DENIED"),
                "{seen:?}"
            );
            assert_eq!(text, PERMISSION_DENIED_TEXT);
        }
    }
    assert_eq!(world.subscription(&mapped.case).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_the_partner_and_of_the_customer_get_in_by_their_role() {
    let world = World::new().await;
    let mapped = world.mapped("A-1").await;
    let get = GetSubscriptionRequest { name: mapped.case.subscription.clone() };
    let preview = PreviewSetupRequest { name: mapped.case.subscription.clone() };
    for organization in [&mapped.partner, &mapped.customer] {
        let reader = world.person(organization, Role::ReadOnly).await;
        let read = world.subscriptions().get_subscription(request(&reader, get.clone())).await;
        assert_eq!(read.expect("a reader reads").into_inner().partner, mapped.partner);
        let refused = world.subscriptions().preview_setup(request(&reader, preview.clone())).await;
        assert_fault!(refused, PermissionDenied, "PERMISSION_DENIED", { "permission" => "subscriptions.previewSetup" });
        let admin = world.person(organization, Role::ProvisioningAdmin).await;
        world.subscriptions().preview_setup(request(&admin, preview.clone())).await.expect("an administrator sees");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_follows_anothers_operation() {
    let world = World::new().await;
    let mapped = world.mapped("A-1").await;
    let other = world.mapped("A-2").await;
    let started = world.set_up(&mapped.case).await.unwrap();
    world.ended(&mapped.case.contact, &started.name).await;
    let get = dialtone_proto::google::longrunning::GetOperationRequest { name: started.name };
    for token in [&other.case.contact, &world.person(&other.partner, Role::FullAdmin).await] {
        let refused = world.operations().get_operation(request(token, get.clone())).await;
        assert_fault!(refused, PermissionDenied, "PERMISSION_DENIED");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_staff_places_orders_and_lists_everybodys() {
    let world = World::new().await;
    let partner = world.organization("Partner", OrganizationRole::Partner).await;
    let case = world.case("A-1").await;
    let person = world.person(&partner, Role::FullAdmin).await;
    for token in [&person, &case.contact] {
        let placing = crate::steps::placing(crate::steps::new_order("A-9", "nina@partner.example"));
        let refused = world.orders().place_order(request(token, placing)).await;
        assert_fault!(refused, PermissionDenied, "PERMISSION_DENIED", { "permission" => "orders.place" });
        let refused = world.orders().list_orders(request(token, ListOrdersRequest::default())).await;
        assert_fault!(refused, PermissionDenied, "PERMISSION_DENIED", { "permission" => "orders.list" });
        let refused = world.subscriptions().list_subscriptions(request(token, Default::default())).await;
        assert_fault!(refused, PermissionDenied, "PERMISSION_DENIED", { "permission" => "subscriptions.list" });
    }
    assert_eq!(world.count("SELECT count(*) FROM orders").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_method_but_the_link_refuses_a_call_without_a_known_caller() {
    let world = World::new().await;
    let own =
        |service: &str| service.starts_with("dialtone.subscriptions.") || service.starts_with("dialtone.operations.");
    let methods: Vec<_> = dialtone_proto::methods().iter().filter(|method| own(method.service)).collect();
    assert!(methods.len() >= 14, "{methods:?}");
    for method in methods.into_iter().filter(|method| !method.permission.anonymous) {
        for token in [Some(world.keys.anonymous()), None] {
            let message = prost_types::Struct::default();
            let request = match &token {
                Some(token) => request(token, message),
                None => tonic::Request::new(message),
            };
            let mut client = tonic::client::Grpc::new(world.channel.clone());
            client.ready().await.expect("the service is up");
            let codec: ProstCodec<prost_types::Struct, prost_types::Struct> = ProstCodec::default();
            let answer = client.unary(request, PathAndQuery::from_static(method.path), codec).await;
            assert_fault!(answer, Unauthenticated, "UNAUTHENTICATED");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_is_none_breaks_a_rule() {
    let world = World::new().await;
    let staff = world.keys.platform();
    for name in ["", "orders/x", "subscriptions/1"] {
        let refused = world.orders().get_order(request(&staff, GetOrderRequest { name: name.into() })).await;
        assert_fault!(refused, InvalidArgument, "INVALID_FIELDS", ["name"]);
    }
}
