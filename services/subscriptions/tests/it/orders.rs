//! Orders: intake, the welcome mail, the first question.

use dialtone_proto::operations::v1::OperationState;
use dialtone_proto::subscriptions::v1::*;
use dialtone_testkit::{assert_fault, eventually, request};
use futures::future::join_all;

use crate::mailbox::{LATER, REFUSED, token_in};
use crate::steps::{new_order, placing};
use crate::support::{PATIENCE, World, request_id};

#[tokio::test(flavor = "multi_thread")]
async fn an_order_becomes_a_subscription_and_a_mail_that_names_the_seller() {
    let world = World::new().await;
    let order = world.place(new_order("A-1", "nina@partner.example")).await;
    assert_eq!(order.welcome_mail_state(), WelcomeMailState::Pending);
    assert_eq!(order.who_for(), WhoFor::Unspecified);
    let mail = world.mail.nth("nina@partner.example", 1).await;
    assert!(mail.contains("order A-1") && mail.contains("sales@seller.example"), "{mail}");
    assert!(mail.contains("https://suite.example/setup?token=v1."), "{mail}");
    assert!(mail.contains("Reply-To: sales@seller.example"), "{mail}");
    eventually("the mail is noted as sent", PATIENCE, async || {
        let get = GetOrderRequest { name: order.name.clone() };
        let now = world.orders().get_order(request(&world.keys.platform(), get)).await.unwrap().into_inner();
        // What the mail does is no change that the etag guards.
        assert_eq!(now.etag, order.etag);
        (now.welcome_mail_state() == WelcomeMailState::Sent).then_some(())
    })
    .await;
    let get = GetSubscriptionRequest { name: order.subscription.clone() };
    let subscription = world.subscriptions().get_subscription(request(&world.keys.platform(), get)).await.unwrap();
    let subscription = subscription.into_inner();
    assert_eq!(subscription.state(), SubscriptionState::Ordered);
    assert_eq!((subscription.order, subscription.items.len()), (order.name, 3));
    assert!(subscription.items.iter().all(|item| !item.set_up));
    assert_eq!(world.count("SELECT count(*) FROM outbox WHERE kind = 'order.placed'").await, 1);
    assert_eq!(world.count("SELECT count(*) FROM outbox WHERE kind = 'order.welcome_sent'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_puts_off_is_asked_again_and_one_that_refuses_is_not() {
    let world = World::new().await;
    let (later, refused) = (format!("{LATER}nina@partner.example"), format!("{REFUSED}nina@partner.example"));
    world.place(new_order("A-1", &later)).await;
    let order = world.place(new_order("A-2", &refused)).await;
    world.mail.nth(&later, 1).await;
    let state = "SELECT mail_state FROM orders WHERE order_number = 'A-2'";
    eventually("the refusal is noted", PATIENCE, async || {
        let row = world.sql().await.query_one(state, &[]).await.unwrap();
        (row.get::<_, String>(0) == "FAILED").then_some(())
    })
    .await;
    let row = world.sql().await.query_one("SELECT id::text FROM operations_finished WHERE state = 'FAILED'", &[]).await;
    let name = format!("operations/subscriptions/{}", row.unwrap().get::<_, String>(0));
    let (operation, metadata) = world.ended(&world.keys.platform(), &name).await;
    assert_eq!((metadata.state(), metadata.target), (OperationState::Failed, order.name));
    let Some(dialtone_proto::google::longrunning::operation::Result::Error(error)) = operation.result else {
        panic!("no error in {operation:?}");
    };
    let text = String::from_utf8_lossy(&error.details[0].value).into_owned();
    assert!(text.contains("MAIL_REFUSED") && text.contains("subscriptions.dialtone.internal"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_equal_requests_place_one_order_and_send_one_mail() {
    let world = World::new().await;
    let message = PlaceOrderRequest { request_id: request_id(), ..placing(new_order("A-1", "nina@partner.example")) };
    let placing = |_| {
        let (mut client, message) = (world.orders(), request(&world.keys.platform(), message.clone()));
        async move { client.place_order(message).await.expect("the same answer").into_inner() }
    };
    let answers = join_all((0..50).map(placing)).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(world.count("SELECT count(*) FROM orders").await, 1);
    world.mail.nth("nina@partner.example", 1).await;
    assert_eq!(world.count("SELECT count(*) FROM history WHERE verb = 'order.placed'").await, 1);
    assert_eq!(world.count("SELECT count(*) FROM setup_links").await, 1);

    let other = PlaceOrderRequest { order: Some(new_order("A-2", "nina@partner.example")), ..message.clone() };
    let refused = world.orders().place_order(request(&world.keys.platform(), other)).await;
    assert_fault!(refused, AlreadyExists, "REQUEST_ID_REUSED", { "request_id" => message.request_id });
    assert_eq!(world.count("SELECT count(*) FROM orders").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_has_each_number_once_and_checking_changes_nothing() {
    let world = World::new().await;
    let check = PlaceOrderRequest { validate_only: true, ..placing(new_order("A-1", "nina@partner.example")) };
    let before = world.footprint().await;
    let checked = world.orders().place_order(request(&world.keys.platform(), check.clone())).await;
    assert_eq!(checked.expect("it could be placed").into_inner().order_number, "A-1");
    assert_eq!(world.footprint().await, before);

    world.place(new_order("A-1", "nina@partner.example")).await;
    world.mail.nth("nina@partner.example", 1).await;
    let orders = "SELECT count(*) FROM orders";
    let loud = Order { seller_email: "SALES@seller.example".into(), ..new_order("A-1", "other@partner.example") };
    for again in [check, placing(loud)] {
        let refused = world.orders().place_order(request(&world.keys.platform(), again)).await;
        let seen = assert_fault!(refused, AlreadyExists, "ORDER_EXISTS", { "order_number" => "A-1" });
        assert_eq!(seen.domain, "subscriptions.dialtone.internal");
        assert_eq!(world.count(orders).await, 1);
    }
    let elsewhere = Order { seller_email: "sales@other.example".into(), ..new_order("A-1", "nina@partner.example") };
    world.place(elsewhere).await;
    assert_eq!(world.count(orders).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_broken_rule_of_an_order_is_told_at_once() {
    let world = World::new().await;
    let mut order = new_order("-", "no address");
    order.flow = 0;
    order.items[1].quantity = 0;
    let message = PlaceOrderRequest { request_id: "7".into(), ..placing(order) };
    let refused = world.orders().place_order(request(&world.keys.platform(), message)).await;
    let mut fields = assert_fault!(refused, InvalidArgument, "INVALID_FIELDS").fields;
    fields.sort();
    let expected = ["order.flow", "order.items[1].quantity", "order.order_number", "order.provisioning_contact_email"];
    assert_eq!(fields, expected.into_iter().chain(["request_id"]).collect::<Vec<_>>());
    assert_eq!(world.count("SELECT count(*) FROM orders").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn handing_over_kills_the_link_and_the_session_and_keeps_the_chain() {
    let world = World::new().await;
    let case = world.case("A-1").await;
    let first = token_in(&world.mail.nth(&case.address, 1).await);
    world.open_token(&first).await.expect("it is open");
    let next = "olga@partner.example";
    let order = world.answer(&case, WhoFor::SomeoneElse, next).await.expect("the question is open");
    assert_eq!((order.who_for(), order.provisioning_contact_email.as_str()), (WhoFor::SomeoneElse, next));
    let refused = world.open_token(&first).await;
    assert_fault!(refused, FailedPrecondition, "LINK_REPLACED", { "order" => case.order });

    // The first contact's session is dead; the second's lives.
    let get = GetOrderRequest { name: case.order.clone() };
    let dead = world.orders().get_order(request(&case.contact, get.clone())).await;
    assert_fault!(dead, PermissionDenied, "PERMISSION_DENIED");
    let opened = world.open(next, 1).await.expect("a new link");
    let second = world.contact(next, &opened.order.expect("it is for an order").subscription);
    assert_eq!(world.orders().get_order(request(&second, get)).await.unwrap().into_inner().name, case.order);

    // The question is open again, for the second contact.
    assert_eq!(world.subscription(&case).await.state(), SubscriptionState::Ordered);
    let chain = "SELECT count(*) FROM handovers WHERE number = 1 AND to_email = 'olga@partner.example'";
    assert_eq!(world.count(chain).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_belongs_to_somebody_else_and_only_to_it() {
    let world = World::new().await;
    let case = world.case("A-1").await;
    let wrong = [
        (WhoFor::SomeoneElse, ""),
        (WhoFor::SomeoneElse, case.address.as_str()),
        (WhoFor::SomeoneElse, "nobody"),
        (WhoFor::ForCustomer, "olga@partner.example"),
        (WhoFor::ForOwnCompany, "olga@partner.example"),
    ];
    for (answer, email) in wrong {
        assert_fault!(world.answer(&case, answer, email).await, InvalidArgument, "INVALID_FIELDS", ["email"]);
    }
    assert_eq!(world.order(&case).await.who_for(), WhoFor::Unspecified);
    assert_eq!(world.subscription(&case).await.state(), SubscriptionState::Ordered);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_question_closes_with_the_first_mapping_and_a_stale_etag_answers_nothing() {
    let world = World::new().await;
    let mapped = world.mapped("A-1").await;
    world.mail.nth(&mapped.case.address, 1).await;
    let refused = world.answer(&mapped.case, WhoFor::ForOwnCompany, "").await;
    assert_fault!(refused, FailedPrecondition, "SETUP_ALREADY_BEGUN", { "state" => "READY_FOR_SETUP" });

    let case = world.case("A-2").await;
    let stale = AnswerWhoForRequest {
        name: case.order.clone(),
        answer: WhoFor::ForCustomer.into(),
        etag: "another".into(),
        ..Default::default()
    };
    let refused = world.orders().answer_who_for(request(&case.contact, stale)).await;
    assert_fault!(refused, Aborted, "ETAG_MISMATCH", { "resource" => case.order });
    assert_eq!(world.order(&case).await.who_for(), WhoFor::Unspecified);
}
