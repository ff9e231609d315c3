use super::*;
use crate::model::item::{Item, Kind, OwnedItem};
use crate::model::order::MailState;

fn case(flow: Flow) -> Case {
    let item = Item { sku: "CALLING".into(), offering: Offering::Calling, quantity: 10, kind: Kind::New };
    let (order, subscription, now) = (OrderId::new(), SubscriptionId::new(), Utc::now());
    Case {
        order: Order {
            name: order,
            order_number: "1".into(),
            seller_name: "Seller".into(),
            seller_email: "seller@example.org".into(),
            contact_email: "first@example.org".into(),
            company_name: String::new(),
            items: vec![item.clone()],
            flow,
            who_for: None,
            mail: MailState::Sent,
            mails: 1,
            subscription,
            version: 1,
            created: now,
            updated: now,
        },
        subscription: Subscription {
            name: subscription,
            order,
            order_number: "1".into(),
            state: State::Ordered,
            flow,
            partner: None,
            customer: None,
            contact_email: "first@example.org".into(),
            items: vec![OwnedItem { item, set_up: false }],
            headquarters: None,
            setup_operation: None,
            version: 1,
            created: now,
            updated: now,
            activated: None,
        },
    }
}

fn mapped() -> Case {
    let mut case = case(Flow::PartnerAndCustomer);
    case.answer(WhoFor::ForCustomer, None).expect("open");
    case.map_partner(OrganizationId::new()).expect("first");
    case.map_customer(OrganizationId::new()).expect("second");
    case
}

#[test]
fn mapping_goes_question_partner_customer_and_no_other_way() {
    let mut case = case(Flow::PartnerAndCustomer);
    let (partner, customer) = (OrganizationId::new(), OrganizationId::new());
    assert_eq!(case.map_partner(partner), Err(Refusal::WhoForNotAnswered(case.order.name)));
    case.answer(WhoFor::ForCustomer, None).expect("the question is open");
    assert_eq!(case.map_customer(customer), Err(Refusal::PartnerNotMapped(case.subscription.name)));
    case.map_partner(partner).expect("the first step");
    assert_eq!(case.map_partner(customer), Err(Refusal::AlreadyMapped(partner)));
    assert_eq!(case.map_customer(partner), Err(Refusal::UnknownOrganization(partner)));
    assert_eq!(case.map_customer(customer), Ok(Some(partner)));
    assert_eq!(case.map_customer(customer), Err(Refusal::AlreadyMapped(customer)));
    assert_eq!(case.subscription.state, State::ReadyForSetup);
}

#[test]
fn ones_own_company_is_mapped_alone() {
    let mut case = case(Flow::PartnerAndCustomer);
    case.answer(WhoFor::ForOwnCompany, None).expect("open");
    assert_eq!(case.map_partner(OrganizationId::new()), Err(Refusal::NotForFlow(Flow::Single)));
    assert_eq!(case.map_customer(OrganizationId::new()), Ok(None));
    assert_eq!(case.subscription.state, State::ReadyForSetup);
}

#[test]
fn the_answer_can_be_corrected_until_something_is_mapped() {
    let mut case = case(Flow::PartnerAndCustomer);
    case.answer(WhoFor::ForOwnCompany, None).expect("open");
    case.answer(WhoFor::ForCustomer, None).expect("nothing is mapped yet");
    assert_eq!(case.subscription.flow, Flow::PartnerAndCustomer);
    case.map_partner(OrganizationId::new()).expect("the first step");
    let before = case.clone();
    assert_eq!(case.answer(WhoFor::ForOwnCompany, None), Err(Refusal::SetupAlreadyBegun(State::Mapping)));
    assert_eq!(case, before);
}

#[test]
fn handing_over_opens_the_question_for_the_next_contact() {
    let mut case = case(Flow::Single);
    case.answer(WhoFor::SomeoneElse, Some("next@example.org".into())).expect("open");
    assert_eq!(case.subscription.contact_email, "next@example.org");
    assert_eq!(case.order.mail, MailState::Pending);
    assert_eq!(case.may_map_customer(), Err(Refusal::WhoForNotAnswered(case.order.name)));
}

#[test]
fn set_up_begins_once_and_ends_active_or_back_where_it_was() {
    let mut case = mapped();
    let operation = "operations/subscriptions/1".to_owned();
    assert_eq!(case.may_set_up(Offering::Meetings), Err(Refusal::NotPurchased(Offering::Meetings)));
    case.begin_setup(Offering::Calling, operation.clone()).expect("mapped");
    assert_eq!(case.may_set_up(Offering::Calling), Err(Refusal::SetupInProgress(operation.clone())));
    assert_eq!(case.resend(), Err(Refusal::SetupAlreadyBegun(State::SettingUp)));

    let mut failed = case.clone();
    failed.abandon_setup("another");
    assert_eq!(failed, case, "an operation ends its own set-up only");
    failed.abandon_setup(&operation);
    assert_eq!(failed.subscription.state, State::ReadyForSetup);

    case.complete_setup(&operation, Offering::Calling, None, Utc::now());
    assert_eq!(case.subscription.state, State::Active);
    assert_eq!(case.may_set_up(Offering::Calling), Err(Refusal::AlreadySetUp(Offering::Calling)));
}

#[test]
fn nothing_is_set_up_before_the_mapping_is_complete() {
    let mut case = case(Flow::Single);
    assert_eq!(case.may_set_up(Offering::Calling), Err(Refusal::MappingIncomplete(State::Ordered)));
    case.answer(WhoFor::ForCustomer, None).expect("open");
    assert_eq!(case.may_set_up(Offering::Calling), Err(Refusal::MappingIncomplete(State::Mapping)));
}
