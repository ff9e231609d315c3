//! Puts another catalogue in force: in one transaction, with history and events, or as a rehearsal.

use dialtone_authz::Ctx;
use dialtone_db::history::Change as Recorded;
use dialtone_db::{Conn, DbFault, Store};

use crate::model::catalogue::{Catalogue, Change, changes};
use crate::store::{catalogue, op::Op};

/// What was changed, or would be with `rehearse`. Loading what is in force changes nothing.
pub async fn run(store: &Store, ctx: &Ctx, new: &Catalogue, rehearse: bool) -> Result<Vec<Change>, DbFault> {
    store
        .tx(Op::CatalogueLoad, ctx, async |c: &mut Conn| {
            // Two at once would each compare with what the other is about to change.
            catalogue::catalogue_lock(c).await?;
            let changes = changes(&catalogue::catalogue_get(c).await?, new);
            if rehearse || changes.is_empty() {
                return Ok(changes);
            }
            let entries: Vec<_> = changes.iter().map(|change| &change.entry).collect();
            catalogue::catalogue_put(c, &entries).await?;
            dialtone_events::record_changes(c, ctx, changes.iter().map(recorded).collect()).await?;
            Ok(changes)
        })
        .await
}

fn recorded(change: &Change) -> Recorded {
    Recorded {
        tenant: None,
        resource: change.resource.clone(),
        verb: change.verb,
        before: change.before.clone(),
        after: Some(change.after.clone()),
    }
}
