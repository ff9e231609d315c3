//! Feeds the directory of people from user-provisioning's events.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Store};
use dialtone_events::consumer::{self, Handler, Received};
use futures::future::BoxFuture;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::model::address::Address;
use crate::model::person::Sighting;
use crate::ops::record_person;
use crate::peers::{DELETED, PROVISIONED, UserProvisioning};

/// Follows until `stopping`; whether the other side is up does not matter to this service.
pub(super) async fn run(store: Store, source: UserProvisioning, stopping: CancellationToken) {
    consumer::run(source.events(), source.people(), store, Directory, stopping).await;
}

struct Directory;

impl Handler for Directory {
    fn apply<'a>(&'a self, c: &'a mut Conn, _: &'a Ctx, event: &'a Received) -> BoxFuture<'a, Result<(), DbFault>> {
        Box::pin(async move {
            match sighting(event) {
                Some((seen, active)) => record_person::run(c, &seen, active).await,
                None => {
                    // Waiting for it to become readable would stop the feed for everybody.
                    tracing::warn!(kind = event.kind, resource = event.resource, "an event of a user cannot be read");
                    Ok(())
                }
            }
        })
    }

    fn missed<'a>(&'a self, _: &'a mut Conn, _: &'a Ctx) -> BoxFuture<'a, Result<(), DbFault>> {
        // The directory only ever adds to what can be matched: a hole makes candidates of what would be a match.
        Box::pin(async { Ok(()) })
    }
}

/// What an event says of a person, and whether the person is active after it.
fn sighting(event: &Received) -> Option<(Sighting, bool)> {
    let active = match event.kind.as_str() {
        PROVISIONED => true,
        DELETED => false,
        _ => return None,
    };
    let text = |field| event.data.get(field).and_then(Value::as_str).unwrap_or_default();
    let display_name = format!("{} {}", text("given_name"), text("family_name"));
    let seen = Sighting {
        organization: event.organization?,
        address: Address::parse(text("email"))?,
        display_name: display_name.trim().to_owned(),
        source_user: event.resource.clone(),
        at: event.time,
    };
    Some((seen, active))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use dialtone_ids::OrganizationId;
    use serde_json::json;

    use super::*;

    fn event(kind: &str, data: Value) -> Received {
        Received {
            position: "1".into(),
            kind: kind.into(),
            resource: "organizations/a/users/b".into(),
            organization: Some(OrganizationId::new()),
            actor: "service:user-provisioning".into(),
            time: DateTime::UNIX_EPOCH,
            data,
        }
    }

    #[test]
    fn an_event_says_who_and_whether_active() {
        let data = json!({"email": "Anna@Example.org", "given_name": "Anna", "family_name": "Berg"});
        let (seen, active) = sighting(&event(PROVISIONED, data.clone())).expect("it can be read");
        assert_eq!((seen.address.email.as_str(), seen.display_name.as_str()), ("anna@example.org", "Anna Berg"));
        assert!(active);
        assert!(!sighting(&event(DELETED, data.clone())).expect("it can be read").1);
        assert!(sighting(&event("user.renamed", data)).is_none());
    }

    #[test]
    fn an_event_without_organization_or_address_says_nothing() {
        assert!(sighting(&event(PROVISIONED, json!({"email": 3}))).is_none());
        let data = json!({"email": "anna@example.org"});
        assert!(sighting(&Received { organization: None, ..event(PROVISIONED, data) }).is_none());
    }
}
