//! An order: what a seller took in for a contact.

use chrono::{DateTime, Utc};
use dialtone_ids::{OrderId, SubscriptionId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::item::Item;
use super::words::words;

words!(/// Which organizations an order is mapped to.
    Flow, "MAPPING_FLOW", {
    PartnerAndCustomer = "PARTNER_AND_CUSTOMER",
    Single = "SINGLE",
});

words!(/// The answer to the first question.
    WhoFor, "WHO_FOR", {
    ForCustomer = "FOR_CUSTOMER",
    ForOwnCompany = "FOR_OWN_COMPANY",
    SomeoneElse = "SOMEONE_ELSE",
});

words!(/// How far the newest welcome mail got.
    MailState, "WELCOME_MAIL_STATE", {
    Pending = "PENDING",
    Sent = "SENT",
    Failed = "FAILED",
});

/// What a seller says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewOrder {
    pub order_number: String,
    pub seller_name: String,
    pub seller_email: String,
    pub contact_email: String,
    pub company_name: String,
    pub items: Vec<Item>,
    pub flow: Flow,
}

/// An order as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    pub name: OrderId,
    pub order_number: String,
    pub seller_name: String,
    pub seller_email: String,
    /// Who sets it up now.
    pub contact_email: String,
    pub company_name: String,
    pub items: Vec<Item>,
    /// As ordered; see [`Order::effective_flow`].
    pub flow: Flow,
    pub who_for: Option<WhoFor>,
    pub mail: MailState,
    /// How many welcome mails were asked for, this newest one included.
    pub mails: i32,
    pub subscription: SubscriptionId,
    pub version: i64,
    pub created: DateTime<Utc>,
    pub updated: DateTime<Utc>,
}

impl Order {
    /// Another welcome mail is to go out.
    pub(super) fn mail_again(&mut self) {
        self.mail = MailState::Pending;
        self.mails += 1;
    }

    /// The flow after the first question: who sets up its own company maps that one only.
    pub fn effective_flow(&self) -> Flow {
        match self.who_for {
            Some(WhoFor::ForOwnCompany) => Flow::Single,
            Some(WhoFor::ForCustomer | WhoFor::SomeoneElse) | None => self.flow,
        }
    }

    /// The order as history and events tell it, fields named as in its proto message.
    pub fn view(&self) -> Value {
        json!({
            "name": self.name,
            "order_number": self.order_number,
            "seller_name": self.seller_name,
            "seller_email": self.seller_email,
            "provisioning_contact_email": self.contact_email,
            "company_name": self.company_name,
            "items": self.items.iter().map(Item::view).collect::<Vec<_>>(),
            "flow": self.effective_flow().proto_name(),
            "who_for": self.who_for.map(WhoFor::proto_name),
            "welcome_mail_state": self.mail.proto_name(),
            "subscription": self.subscription,
        })
    }
}
