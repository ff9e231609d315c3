//! A subscription: what an order became.

use chrono::{DateTime, Utc};
use dialtone_ids::{LocationName, OrderId, OrganizationId, SubscriptionId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::item::{Offering, OwnedItem};
use super::order::Flow;
use super::words::words;

words!(/// Where a subscription stands.
    State, "SUBSCRIPTION_STATE", {
    Ordered = "ORDERED",
    Mapping = "MAPPING",
    ReadyForSetup = "READY_FOR_SETUP",
    SettingUp = "SETTING_UP",
    Active = "ACTIVE",
});

/// A subscription with what is shown of its order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subscription {
    pub name: SubscriptionId,
    pub order: OrderId,
    pub order_number: String,
    pub state: State,
    /// After the first question.
    pub flow: Flow,
    pub partner: Option<OrganizationId>,
    pub customer: Option<OrganizationId>,
    pub contact_email: String,
    pub items: Vec<OwnedItem>,
    pub headquarters: Option<LocationName>,
    /// Name of the operation that sets it up, while it does.
    pub setup_operation: Option<String>,
    pub version: i64,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
    /// When it first became active.
    pub activated: Option<DateTime<Utc>>,
}

impl Subscription {
    /// The organization that events and operations belong to: the customer, before it is known the partner, before that none.
    pub fn tenant(&self) -> Option<OrganizationId> {
        self.customer.or(self.partner)
    }

    /// Whether both ends are known.
    pub fn is_mapped(&self) -> bool {
        match self.state {
            State::Ordered | State::Mapping => false,
            State::ReadyForSetup | State::SettingUp | State::Active => true,
        }
    }

    /// The items of one service.
    pub fn items_of(&self, offering: Offering) -> impl Iterator<Item = &OwnedItem> {
        self.items.iter().filter(move |owned| owned.item.offering == offering)
    }

    /// The subscription as history and events tell it, fields named as in its proto message.
    pub fn view(&self) -> Value {
        json!({
            "name": self.name,
            "order": self.order,
            "order_number": self.order_number,
            "state": self.state.proto_name(),
            "flow": self.flow.proto_name(),
            "partner": self.partner,
            "customer": self.customer,
            "provisioning_contact_email": self.contact_email,
            "items": self.items.iter().map(OwnedItem::view).collect::<Vec<_>>(),
            "headquarters": self.headquarters,
            "activate_time": self.activated,
        })
    }
}
