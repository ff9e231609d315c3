//! The flow as short steps, for tests that begin further on.

use dialtone_proto::google::longrunning::Operation;
use dialtone_proto::orgfinder::v1::OrganizationRole;
use dialtone_proto::subscriptions::v1::organization_choice::Choice;
use dialtone_proto::subscriptions::v1::set_up_service_request::Service;
use dialtone_proto::subscriptions::v1::*;
use dialtone_proto::userprovisioning::v1::{Location, LocationKind, PostalAddress};
use dialtone_testkit::request;
use tonic::Status;

use crate::mailbox::token_in;
use crate::support::World;

/// A case under way: its names, and the token of its contact.
pub struct Case {
    pub order: String,
    pub subscription: String,
    pub contact: String,
    pub address: String,
}

/// A case that is mapped.
pub struct Mapped {
    pub case: Case,
    pub partner: String,
    pub customer: String,
}

/// What a seller sends.
pub fn new_order(number: &str, contact: &str) -> Order {
    let item = |sku: &str, offering: ServiceOffering, quantity, kind: ItemKind| OrderItem {
        sku: sku.into(),
        offering: offering.into(),
        quantity,
        kind: kind.into(),
    };
    Order {
        order_number: number.into(),
        seller_name: "Söderberg & Sons".into(),
        seller_email: "sales@seller.example".into(),
        provisioning_contact_email: contact.into(),
        items: vec![
            item("CALLING-STD", ServiceOffering::WebexCalling, 100, ItemKind::New),
            item("MEETINGS-STD", ServiceOffering::WebexMeetings, 50, ItemKind::Trial),
            item("CALLING-PLUS", ServiceOffering::WebexCalling, 10, ItemKind::AddOn),
        ],
        flow: MappingFlow::PartnerAndCustomer.into(),
        ..Order::default()
    }
}

/// A request that places it.
pub fn placing(order: Order) -> PlaceOrderRequest {
    PlaceOrderRequest { order: Some(order), ..Default::default() }
}

/// A choice of an organization that exists.
pub fn existing(organization: &str) -> Option<OrganizationChoice> {
    Some(OrganizationChoice { choice: Some(Choice::Organization(organization.into())) })
}

/// Headquarters that break no rule.
pub fn headquarters() -> Location {
    Location {
        display_name: "Headquarters".into(),
        kind: LocationKind::Headquarters.into(),
        address: Some(PostalAddress {
            region_code: "SE".into(),
            locality: "Uppsala".into(),
            postal_code: "753 10".into(),
            address_lines: vec!["Dragarbrunnsgatan 1".into()],
            ..PostalAddress::default()
        }),
        time_zone: "Europe/Stockholm".into(),
        language_code: "sv".into(),
        ..Location::default()
    }
}

/// A request that sets calling up there.
pub fn setting_up(subscription: &Subscription, location: Location) -> SetUpServiceRequest {
    SetUpServiceRequest {
        name: subscription.name.clone(),
        etag: subscription.etag.clone(),
        service: Some(Service::Calling(CallingSetup { headquarters: Some(location) })),
        ..Default::default()
    }
}

impl World {
    pub async fn place(&self, order: Order) -> Order {
        let placed = self.orders().place_order(request(&self.keys.platform(), placing(order))).await;
        placed.expect("it is placed").into_inner()
    }

    /// Opens the link of the contact's newest mail number `count`.
    pub async fn open(&self, address: &str, count: usize) -> Result<OpenSetupLinkResponse, Status> {
        let token = token_in(&self.mail.nth(address, count).await);
        self.open_token(&token).await
    }

    pub async fn open_token(&self, token: &str) -> Result<OpenSetupLinkResponse, Status> {
        let open = OpenSetupLinkRequest { token: token.into() };
        Ok(self.orders().open_setup_link(request(&self.keys.anonymous(), open)).await?.into_inner())
    }

    /// A placed order; its contact need not have read the mail.
    pub async fn case(&self, number: &str) -> Case {
        let address = format!("nina-{}@partner.example", number.to_lowercase());
        let order = self.place(new_order(number, &address)).await;
        let contact = self.contact(&address, &order.subscription);
        Case { order: order.name, subscription: order.subscription, contact, address }
    }

    pub async fn order(&self, case: &Case) -> Order {
        let get = GetOrderRequest { name: case.order.clone() };
        self.orders().get_order(request(&self.keys.platform(), get)).await.expect("it is there").into_inner()
    }

    pub async fn subscription(&self, case: &Case) -> Subscription {
        let get = GetSubscriptionRequest { name: case.subscription.clone() };
        let got = self.subscriptions().get_subscription(request(&self.keys.platform(), get)).await;
        got.expect("it is there").into_inner()
    }

    pub async fn answer(&self, case: &Case, answer: WhoFor, email: &str) -> Result<Order, Status> {
        let etag = self.order(case).await.etag;
        let answer = AnswerWhoForRequest {
            name: case.order.clone(),
            answer: answer.into(),
            email: email.into(),
            etag,
            ..Default::default()
        };
        Ok(self.orders().answer_who_for(request(&case.contact, answer)).await?.into_inner())
    }

    pub async fn map_partner(&self, case: &Case, choice: Option<OrganizationChoice>) -> Result<Subscription, Status> {
        let etag = self.subscription(case).await.etag;
        let name = case.subscription.clone();
        let map = MapPartnerRequest { name, partner: choice, etag, ..Default::default() };
        Ok(self.subscriptions().map_partner(request(&case.contact, map)).await?.into_inner())
    }

    pub async fn map_customer(&self, case: &Case, choice: Option<OrganizationChoice>) -> Result<Subscription, Status> {
        let etag = self.subscription(case).await.etag;
        let name = case.subscription.clone();
        let map = MapCustomerRequest { name, customer: choice, etag, ..Default::default() };
        Ok(self.subscriptions().map_customer(request(&case.contact, map)).await?.into_inner())
    }

    /// A case that waits for its partner.
    pub async fn answered(&self, number: &str) -> Case {
        let case = self.case(number).await;
        self.answer(&case, WhoFor::ForCustomer, "").await.expect("the question is open");
        case
    }

    /// A case that is ready for set-up.
    pub async fn mapped(&self, number: &str) -> Mapped {
        let case = self.answered(number).await;
        let partner = self.organization(&format!("Partner {number}"), OrganizationRole::Partner).await;
        let customer = self.organization(&format!("Customer {number}"), OrganizationRole::Customer).await;
        self.map_partner(&case, existing(&partner)).await.expect("the partner is mapped");
        self.map_customer(&case, existing(&customer)).await.expect("the customer is mapped");
        Mapped { case, partner, customer }
    }

    pub async fn set_up(&self, case: &Case) -> Result<Operation, Status> {
        let subscription = self.subscription(case).await;
        let message = setting_up(&subscription, headquarters());
        Ok(self.subscriptions().set_up_service(request(&case.contact, message)).await?.into_inner())
    }
}
