//! Feeds the directory of people from user-provisioning's events.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Store};
use dialtone_events::consumer::{self, Handler, Received};
use futures::future::BoxFuture;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::model::address::Address;
use crate::model::person::{News, Sighting};
use crate::ops::record_person;
use crate::peers::{DELETED, PROVISIONED, STATE_PROVISIONED, UNDELETED, UPDATED, UserProvisioning};

/// Follows until `stopping`; whether the other side is up does not matter to this service.
pub(super) async fn run(store: Store, source: UserProvisioning, stopping: CancellationToken) {
    consumer::run(source.events(), source.people(), store, Directory, stopping).await;
}

struct Directory;

impl Handler for Directory {
    fn apply<'a>(&'a self, c: &'a mut Conn, _: &'a Ctx, event: &'a Received) -> BoxFuture<'a, Result<(), DbFault>> {
        Box::pin(async move {
            match news(event) {
                Read::News(news) => record_person::run(c, &news).await,
                Read::Nothing => Ok(()),
                Read::Unreadable => {
                    // Waiting for it to become readable would stop the feed for everybody.
                    tracing::warn!(kind = event.kind, resource = event.resource, "an event of a user cannot be read");
                    Ok(())
                }
            }
        })
    }

    fn missed<'a>(&'a self, _: &'a mut Conn, _: &'a Ctx) -> BoxFuture<'a, Result<(), DbFault>> {
        // The consumer has logged it as an error. There is nothing to read again: what was purged is gone, and this service calls
        // nobody. README.md says what it means and how it is mended.
        Box::pin(async { Ok(()) })
    }
}

/// What there is in an event.
#[derive(Debug, PartialEq, Eq)]
enum Read {
    News(News),
    /// Nothing for the directory.
    Nothing,
    Unreadable,
}

fn news(event: &Received) -> Read {
    let text = |field| event.data.get(field).and_then(Value::as_str).unwrap_or_default();
    let activity = match event.kind.as_str() {
        DELETED => return Read::News(News::Gone { source_user: event.resource.clone() }),
        PROVISIONED => true,
        // Of somebody who is not on the target, that is told when it happens.
        UPDATED | UNDELETED if text("state") != STATE_PROVISIONED => return Read::Nothing,
        UPDATED | UNDELETED => false,
        _ => return Read::Unreadable,
    };
    let (Some(organization), Some(address)) = (event.organization, Address::parse(text("email"))) else {
        return Read::Unreadable;
    };
    let display_name = format!("{} {}", text("given_name"), text("family_name")).trim().to_owned();
    let source_user = event.resource.clone();
    Read::News(News::Live(Sighting { organization, address, display_name, source_user, at: event.time, activity }))
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

    fn seen(event: &Received) -> Sighting {
        match news(event) {
            Read::News(News::Live(seen)) => seen,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_event_says_who_and_whether_that_was_activity() {
        let data = json!({"email": "Anna@Example.org", "given_name": "Anna", "family_name": "Berg",
            "state": STATE_PROVISIONED});
        for (kind, activity) in [(PROVISIONED, true), (UPDATED, false), (UNDELETED, false)] {
            let seen = seen(&event(kind, data.clone()));
            assert_eq!((seen.address.email.as_str(), seen.display_name.as_str()), ("anna@example.org", "Anna Berg"));
            assert_eq!((seen.activity, seen.source_user.as_str()), (activity, "organizations/a/users/b"));
        }
        let gone = Read::News(News::Gone { source_user: "organizations/a/users/b".into() });
        assert_eq!(news(&event(DELETED, data.clone())), gone);
        assert_eq!(news(&event("user.renamed", data)), Read::Unreadable);
    }

    #[test]
    fn who_is_not_on_the_target_is_not_learnt() {
        let data = json!({"email": "anna@example.org", "state": "USER_STATE_ERROR"});
        assert_eq!(news(&event(UPDATED, data.clone())), Read::Nothing);
        assert_eq!(news(&event(UNDELETED, data)), Read::Nothing);
    }

    #[test]
    fn an_event_without_organization_or_address_says_nothing() {
        assert_eq!(news(&event(PROVISIONED, json!({"email": 3}))), Read::Unreadable);
        let data = json!({"email": "anna@example.org"});
        assert_eq!(news(&Received { organization: None, ..event(PROVISIONED, data) }), Read::Unreadable);
    }
}
