//! Learns from the events of subscriptions which partner a subscription belongs to.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Store};
use dialtone_events::consumer::{self, Handler, Received};
use dialtone_ids::{OrganizationId, SubscriptionId};
use futures::future::BoxFuture;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::ops::note_subscription;
use crate::peers::Subscriptions;

/// Follows until `stopping`; whether the other side is up does not matter to this service.
pub(super) async fn run(store: Store, source: Subscriptions, stopping: CancellationToken) {
    consumer::run(source.events(), source.owners(), store, Owners, stopping).await;
}

struct Owners;

impl Handler for Owners {
    fn apply<'a>(&'a self, c: &'a mut Conn, _: &'a Ctx, event: &'a Received) -> BoxFuture<'a, Result<(), DbFault>> {
        Box::pin(async move {
            // A subscription's change, or something below it, such as a site.
            let Ok(subscription) = SubscriptionId::parse(&event.resource) else { return Ok(()) };
            note_subscription::run(c, subscription, owner(&event.data), wholesale(&event.data)).await
        })
    }

    fn missed<'a>(&'a self, _: &'a mut Conn, _: &'a Ctx) -> BoxFuture<'a, Result<(), DbFault>> {
        // What was not learnt is refused until its next change tells it: nobody gets what is another's.
        Box::pin(async { Ok(()) })
    }
}

/// The partner, or the one organization of an order for its own company.
fn owner(data: &Value) -> Option<OrganizationId> {
    ["partner", "customer"].into_iter().find_map(|field| OrganizationId::parse(data.get(field)?.as_str()?).ok())
}

/// Whether something of it is wholesale.
fn wholesale(data: &Value) -> bool {
    let items = data.get("items").and_then(Value::as_array);
    let offerings = items.into_iter().flatten().filter_map(|item| item.get("offering")?.as_str());
    offerings.into_iter().any(|offering| offering.ends_with("WEBEX_WHOLESALE"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_subscription_is_its_partners_or_its_one_organizations() {
        let (partner, customer) = (OrganizationId::new(), OrganizationId::new());
        assert_eq!(owner(&json!({"partner": partner, "customer": customer})), Some(partner));
        assert_eq!(owner(&json!({"partner": null, "customer": customer})), Some(customer));
        assert_eq!(owner(&json!({"partner": null, "customer": null})), None);
    }

    #[test]
    fn one_wholesale_item_makes_it_wholesale() {
        let of =
            |offerings: &[&str]| json!({"items": offerings.iter().map(|o| json!({"offering": o})).collect::<Vec<_>>()});
        assert!(wholesale(&of(&["SERVICE_OFFERING_WEBEX_CALLING", "SERVICE_OFFERING_WEBEX_WHOLESALE"])));
        assert!(!wholesale(&of(&["SERVICE_OFFERING_WEBEX_CALLING"])));
        assert!(!wholesale(&json!({})));
    }
}
