//! From the model to messages.

use std::sync::Arc;

use dialtone_ids::Etag;
use dialtone_operations::{Render, pack};
use dialtone_proto::subscriptions::v1 as wire;
use dialtone_proto::time::to_timestamp;
use dialtone_status::Fault;
use serde::Deserialize as _;

use crate::model::item::{Item, Kind, Offering, OwnedItem};
use crate::model::licences::Preview;
use crate::model::order::{Flow, MailState, Order, WhoFor};
use crate::model::session::Session;
use crate::model::subscription::{State, Subscription};

/// An order.
pub(super) fn order(order: Order) -> wire::Order {
    wire::Order {
        name: order.name.to_string(),
        flow: flow(order.effective_flow()).into(),
        items: order.items.into_iter().map(item).collect(),
        order_number: order.order_number,
        seller_name: order.seller_name,
        seller_email: order.seller_email,
        provisioning_contact_email: order.contact_email,
        company_name: order.company_name,
        who_for: order.who_for.map_or(wire::WhoFor::Unspecified, who_for).into(),
        welcome_mail_state: mail_state(order.mail).into(),
        subscription: order.subscription.to_string(),
        etag: Etag::of_version(order.version).into_string(),
        create_time: Some(to_timestamp(order.created)),
        update_time: Some(to_timestamp(order.updated)),
    }
}

fn item(item: Item) -> wire::OrderItem {
    wire::OrderItem {
        sku: item.sku,
        offering: offering(item.offering).into(),
        quantity: item.quantity,
        kind: kind(item.kind).into(),
    }
}

/// A session, and what it is for.
pub(super) fn session((session, of): (Session, Order)) -> wire::OpenSetupLinkResponse {
    wire::OpenSetupLinkResponse {
        session_token: session.token,
        expire_time: Some(to_timestamp(session.expires)),
        order: Some(order(of)),
    }
}

/// A subscription.
pub(super) fn subscription(subscription: Subscription) -> wire::Subscription {
    let name =
        |organization: Option<dialtone_ids::OrganizationId>| organization.map(|o| o.to_string()).unwrap_or_default();
    wire::Subscription {
        name: subscription.name.to_string(),
        order: subscription.order.to_string(),
        order_number: subscription.order_number,
        state: state(subscription.state).into(),
        flow: flow(subscription.flow).into(),
        partner: name(subscription.partner),
        customer: name(subscription.customer),
        provisioning_contact_email: subscription.contact_email,
        items: subscription.items.into_iter().map(owned).collect(),
        headquarters: subscription.headquarters.map(|name| name.to_string()).unwrap_or_default(),
        etag: Etag::of_version(subscription.version).into_string(),
        create_time: Some(to_timestamp(subscription.created)),
        update_time: Some(to_timestamp(subscription.updated)),
        activate_time: subscription.activated.map(to_timestamp),
    }
}

fn owned(owned: OwnedItem) -> wire::SubscriptionItem {
    wire::SubscriptionItem {
        sku: owned.item.sku,
        offering: offering(owned.item.offering).into(),
        quantity: owned.item.quantity,
        kind: kind(owned.item.kind).into(),
        set_up: owned.set_up,
    }
}

/// What set-up would change.
pub(super) fn preview(preview: Preview) -> wire::PreviewSetupResponse {
    let changes = preview.changes.into_iter().map(|change| wire::LicenceChange {
        offering: offering(change.offering).into(),
        sku: change.sku,
        now: change.now,
        after: change.after,
    });
    wire::PreviewSetupResponse {
        changes: changes.collect(),
        convertible_trials: preview.convertible_trials,
        add_ons: preview.add_ons,
        services_to_set_up: preview.to_set_up.into_iter().map(|one| offering(one).into()).collect(),
    }
}

/// The response of a finished set-up: the subscription as it then was.
pub fn setup_response() -> Render {
    Arc::new(|result| {
        let active = Subscription::deserialize(result).map_err(Fault::internal)?;
        Ok(pack("dialtone.subscriptions.v1.Subscription", &subscription(active)))
    })
}

fn offering(offering: Offering) -> wire::ServiceOffering {
    match offering {
        Offering::Meetings => wire::ServiceOffering::WebexMeetings,
        Offering::Calling => wire::ServiceOffering::WebexCalling,
        Offering::Wholesale => wire::ServiceOffering::WebexWholesale,
        Offering::Lync => wire::ServiceOffering::LyncHosted,
    }
}

fn kind(kind: Kind) -> wire::ItemKind {
    match kind {
        Kind::New => wire::ItemKind::New,
        Kind::Trial => wire::ItemKind::Trial,
        Kind::AddOn => wire::ItemKind::AddOn,
        Kind::Change => wire::ItemKind::Change,
    }
}

fn flow(flow: Flow) -> wire::MappingFlow {
    match flow {
        Flow::PartnerAndCustomer => wire::MappingFlow::PartnerAndCustomer,
        Flow::Single => wire::MappingFlow::Single,
    }
}

fn who_for(answer: WhoFor) -> wire::WhoFor {
    match answer {
        WhoFor::ForCustomer => wire::WhoFor::ForCustomer,
        WhoFor::ForOwnCompany => wire::WhoFor::ForOwnCompany,
        WhoFor::SomeoneElse => wire::WhoFor::SomeoneElse,
    }
}

fn mail_state(state: MailState) -> wire::WelcomeMailState {
    match state {
        MailState::Pending => wire::WelcomeMailState::Pending,
        MailState::Sent => wire::WelcomeMailState::Sent,
        MailState::Failed => wire::WelcomeMailState::Failed,
    }
}

fn state(state: State) -> wire::SubscriptionState {
    match state {
        State::Ordered => wire::SubscriptionState::Ordered,
        State::Mapping => wire::SubscriptionState::Mapping,
        State::ReadyForSetup => wire::SubscriptionState::ReadyForSetup,
        State::SettingUp => wire::SubscriptionState::SettingUp,
        State::Active => wire::SubscriptionState::Active,
    }
}
