//! Follows merges of organizations by org-finder's events.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault, Store};
use dialtone_events::consumer::{self, Handler, Received};
use dialtone_ids::OrganizationId;
use futures::future::BoxFuture;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::ops::follow_merge;
use crate::peers::OrgFinder;
use crate::peers::org_finder::{MERGE_UNDONE, MERGED};

/// Follows until `stopping`; whether the other side is up does not matter to this service.
pub(super) async fn run(store: Store, source: OrgFinder, stopping: CancellationToken) {
    consumer::run(source.own_events(), OrgFinder::merges(), store, Mappings, stopping).await;
}

struct Mappings;

impl Handler for Mappings {
    fn apply<'a>(&'a self, c: &'a mut Conn, ctx: &'a Ctx, event: &'a Received) -> BoxFuture<'a, Result<(), DbFault>> {
        Box::pin(async move {
            let ctx = &ctx.for_actor(&event.actor);
            match (event.kind.as_str(), end(event, "from"), end(event, "into")) {
                (MERGED, Some(from), Some(into)) => follow_merge::merged(c, ctx, from, into).await,
                (MERGE_UNDONE, Some(from), Some(into)) => follow_merge::undone(c, ctx, from, into).await,
                _ => {
                    // Waiting for it to become readable would stop the feed for everybody.
                    tracing::warn!(kind = event.kind, resource = event.resource, "an event of a merge cannot be read");
                    Ok(())
                }
            }
        })
    }

    fn missed<'a>(&'a self, _: &'a mut Conn, _: &'a Ctx) -> BoxFuture<'a, Result<(), DbFault>> {
        Box::pin(async {
            tracing::warn!("merges of organizations were missed: mappings may name organizations that are merged");
            Ok(())
        })
    }
}

fn end(event: &Received, field: &str) -> Option<OrganizationId> {
    OrganizationId::parse(event.data.get(field).and_then(Value::as_str)?).ok()
}
