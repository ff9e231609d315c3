//! Learns from the events of subscriptions which partner has completed a set-up for which customer.

use chrono::{DateTime, Utc};
use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Store};
use dialtone_events::consumer::{self, Handler, Received};
use dialtone_ids::{OrganizationId, SubscriptionId};
use futures::future::BoxFuture;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::ops::record_setup::{self, Setup};
use crate::peers::Subscriptions;

/// Follows until `stopping`; whether the other side is up does not matter to this service.
pub(super) async fn run(store: Store, source: Subscriptions, stopping: CancellationToken) {
    consumer::run(source.events(), source.setups(), store, Setups, stopping).await;
}

struct Setups;

impl Handler for Setups {
    fn apply<'a>(&'a self, c: &'a mut Conn, _: &'a Ctx, event: &'a Received) -> BoxFuture<'a, Result<(), DbFault>> {
        Box::pin(async move {
            match setup(event) {
                Some(setup) => record_setup::run(c, &setup).await,
                // Something below a subscription, or one that is not set up, or without a partner.
                None => Ok(()),
            }
        })
    }

    fn missed<'a>(&'a self, _: &'a mut Conn, _: &'a Ctx) -> BoxFuture<'a, Result<(), DbFault>> {
        // What was not learnt is refused until its next change tells it: nobody asks too early.
        Box::pin(async { Ok(()) })
    }
}

/// The set-up that an event tells, whatever kind it is: a subscription says since when it is active, and keeps saying it.
fn setup(event: &Received) -> Option<Setup> {
    let text = |field| event.data.get(field).and_then(Value::as_str);
    let end = |field| OrganizationId::parse(text(field)?).ok();
    let completed = DateTime::parse_from_rfc3339(text("activate_time")?).ok()?;
    Some(Setup {
        subscription: SubscriptionId::parse(&event.resource).ok()?,
        partner: end("partner")?,
        customer: end("customer")?,
        completed: completed.with_timezone(&Utc),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(resource: String, data: Value) -> Received {
        Received {
            position: "1".into(),
            kind: "subscription.activated".into(),
            resource,
            organization: None,
            actor: "service:subscriptions".into(),
            time: DateTime::UNIX_EPOCH,
            data,
        }
    }

    #[test]
    fn only_an_active_subscription_with_both_ends_tells_a_set_up() {
        let (subscription, partner, customer) = (SubscriptionId::new(), OrganizationId::new(), OrganizationId::new());
        let data = json!({"partner": partner, "customer": customer, "activate_time": "2026-11-20T12:00:00Z"});
        let told = setup(&event(subscription.to_string(), data.clone())).expect("it is one");
        assert_eq!((told.subscription, told.partner, told.customer), (subscription, partner, customer));
        assert_eq!(told.completed.to_rfc3339(), "2026-11-20T12:00:00+00:00");
        for (field, value) in [("partner", Value::Null), ("customer", json!("x")), ("activate_time", Value::Null)] {
            let mut data = data.clone();
            data[field] = value;
            assert_eq!(setup(&event(subscription.to_string(), data)), None, "{field}");
        }
        assert_eq!(setup(&event(format!("{subscription}/sites/a"), data)), None);
    }
}
