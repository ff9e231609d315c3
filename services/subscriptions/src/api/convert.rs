//! From messages to the model, with the rules that a proto cannot say.

use dialtone_ids::OrganizationId;
use dialtone_proto::subscriptions::v1 as wire;
use dialtone_proto::userprovisioning::v1::{Location, LocationKind};
use dialtone_status::Violation;

use crate::model::item::{Item, Kind, Offering};
use crate::model::location::Headquarters;
use crate::model::order::{Flow, NewOrder, WhoFor};
use crate::model::organization::{Choice, Draft};

/// A new order; none if a required part is missing, which the proto's rules have refused.
pub(super) fn new_order(order: wire::Order) -> Option<NewOrder> {
    Some(NewOrder {
        flow: flow(order.flow())?,
        items: order.items.iter().map(item).collect::<Option<_>>()?,
        order_number: order.order_number,
        seller_name: order.seller_name,
        seller_email: order.seller_email,
        contact_email: order.provisioning_contact_email,
        company_name: order.company_name,
    })
}

fn item(item: &wire::OrderItem) -> Option<Item> {
    Some(Item {
        sku: item.sku.clone(),
        offering: match item.offering() {
            wire::ServiceOffering::Unspecified => return None,
            wire::ServiceOffering::WebexMeetings => Offering::Meetings,
            wire::ServiceOffering::WebexCalling => Offering::Calling,
            wire::ServiceOffering::WebexWholesale => Offering::Wholesale,
            wire::ServiceOffering::LyncHosted => Offering::Lync,
        },
        quantity: item.quantity,
        kind: match item.kind() {
            wire::ItemKind::Unspecified => return None,
            wire::ItemKind::New => Kind::New,
            wire::ItemKind::Trial => Kind::Trial,
            wire::ItemKind::AddOn => Kind::AddOn,
            wire::ItemKind::Change => Kind::Change,
        },
    })
}

fn flow(flow: wire::MappingFlow) -> Option<Flow> {
    match flow {
        wire::MappingFlow::Unspecified => None,
        wire::MappingFlow::PartnerAndCustomer => Some(Flow::PartnerAndCustomer),
        wire::MappingFlow::Single => Some(Flow::Single),
    }
}

/// The answer; none if there is none, which the proto's rules have refused.
pub(super) fn who_for(answer: wire::WhoFor) -> Option<WhoFor> {
    match answer {
        wire::WhoFor::Unspecified => None,
        wire::WhoFor::ForCustomer => Some(WhoFor::ForCustomer),
        wire::WhoFor::ForOwnCompany => Some(WhoFor::ForOwnCompany),
        wire::WhoFor::SomeoneElse => Some(WhoFor::SomeoneElse),
    }
}

/// An address belongs to SOMEONE_ELSE, and only to it.
pub(super) fn answer_violations(request: &wire::AnswerWhoForRequest, caller: &str) -> Vec<Violation> {
    let email = &request.email;
    match request.answer() {
        wire::WhoFor::SomeoneElse if email.is_empty() => {
            vec![violation("email", "email.required", "is required with SOMEONE_ELSE: who completes it")]
        }
        wire::WhoFor::SomeoneElse if email.eq_ignore_ascii_case(caller) => {
            vec![violation("email", "email.else", "is your own; name somebody else, or answer for yourself")]
        }
        wire::WhoFor::ForCustomer | wire::WhoFor::ForOwnCompany if !email.is_empty() => {
            vec![violation("email", "email.refused", "belongs to SOMEONE_ELSE; leave it empty")]
        }
        wire::WhoFor::Unspecified
        | wire::WhoFor::SomeoneElse
        | wire::WhoFor::ForCustomer
        | wire::WhoFor::ForOwnCompany => Vec::new(),
    }
}

/// What a mapping asks for; none if a required part is missing, which the proto's rules have refused.
pub(super) fn choice(choice: Option<wire::OrganizationChoice>) -> Option<Choice> {
    match choice?.choice? {
        wire::organization_choice::Choice::Organization(name) => {
            OrganizationId::parse(&name).ok().map(Choice::Existing)
        }
        wire::organization_choice::Choice::Create(new) => {
            let organization = new.organization?;
            let domains = organization.domains.into_iter().map(|domain| domain.domain);
            let draft = Draft {
                display_name: organization.display_name,
                vertical: organization.vertical,
                region_code: organization.region_code,
                domains: domains.collect(),
            };
            Some(Choice::New { draft, allow_duplicate: new.allow_duplicate })
        }
    }
}

/// A name of the right form whose UUID is none.
pub(super) fn choice_violations(choice: Option<&wire::OrganizationChoice>, field: &str) -> Vec<Violation> {
    let Some(wire::organization_choice::Choice::Organization(name)) = choice.and_then(|c| c.choice.as_ref()) else {
        return Vec::new();
    };
    let unreadable = name.len() == "organizations/".len() + 36 && OrganizationId::parse(name).is_err();
    let wrong = || violation(&format!("{field}.organization"), "name.organization", "is no name of an organization");
    unreadable.then(wrong).into_iter().collect()
}

/// What sets calling up; none if a required part is missing, which the proto's rules have refused.
pub(super) fn headquarters(service: Option<wire::set_up_service_request::Service>) -> Option<Headquarters> {
    let wire::set_up_service_request::Service::Calling(calling) = service?;
    let location = calling.headquarters?;
    let address = location.address?;
    Some(Headquarters {
        display_name: location.display_name,
        region_code: address.region_code,
        administrative_area: address.administrative_area,
        locality: address.locality,
        postal_code: address.postal_code,
        address_lines: address.address_lines,
        time_zone: location.time_zone,
        language_code: location.language_code,
    })
}

/// The first location of a customer is its headquarters, and its country is one.
pub(super) fn setup_violations(request: &wire::SetUpServiceRequest) -> Vec<Violation> {
    let Some(wire::set_up_service_request::Service::Calling(calling)) = &request.service else { return Vec::new() };
    let Some(location) = &calling.headquarters else { return Vec::new() };
    let mut violations = Vec::new();
    if location.kind() == LocationKind::Branch {
        violations.push(violation("calling.headquarters.kind", "kind.headquarters", "must be HEADQUARTERS"));
    }
    let region = region(location);
    if region.len() == 2 && rust_iso3166::from_alpha2(region).is_none() {
        violations.push(violation(
            "calling.headquarters.address.region_code",
            "region",
            "is no country or region of ISO 3166-1; use a code such as SE or BR",
        ));
    }
    violations
}

fn region(location: &Location) -> &str {
    location.address.as_ref().map_or("", |address| &address.region_code)
}

fn violation(field: &str, rule: &'static str, description: &str) -> Violation {
    Violation { field: field.to_owned(), rule, description: description.to_owned() }
}
