//! What was bought.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::words;

words!(/// What can be set up, in the order in which it is shown.
    Offering, "SERVICE_OFFERING", {
    Meetings = "WEBEX_MEETINGS",
    Calling = "WEBEX_CALLING",
    Wholesale = "WEBEX_WHOLESALE",
    Lync = "LYNC_HOSTED",
});

words!(/// How an item was bought.
    Kind, "ITEM_KIND", {
    New = "NEW",
    Trial = "TRIAL",
    AddOn = "ADD_ON",
    Change = "CHANGE",
});

/// One thing bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub sku: String,
    pub offering: Offering,
    pub quantity: i32,
    pub kind: Kind,
}

/// One thing bought, and whether its service is set up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnedItem {
    pub item: Item,
    pub set_up: bool,
}

impl Item {
    /// As history and events tell it.
    pub fn view(&self) -> Value {
        json!({
            "sku": self.sku,
            "offering": self.offering.proto_name(),
            "quantity": self.quantity,
            "kind": self.kind.proto_name(),
        })
    }
}

impl OwnedItem {
    /// As history and events tell it.
    pub fn view(&self) -> Value {
        let mut view = self.item.view();
        view["set_up"] = self.set_up.into();
        view
    }
}
