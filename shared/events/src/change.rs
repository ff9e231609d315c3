//! One change, told twice: to the history, which keeps before and after, and to whoever watches.

use dialtone_db::{Conn, DbFault, TxContext, history};

use crate::{NewEvent, append, append_all};

/// Appends a change to history and outbox, in the transaction that makes it. The event is called as the change and carries the
/// resource after it; of a deletion, the resource as it was.
pub async fn record_change(c: &mut Conn, ctx: &impl TxContext, change: history::Change) -> Result<(), DbFault> {
    let event = event_of(&change);
    history::record(c, ctx, change).await?;
    append(c, ctx, event).await
}

/// Appends many changes in the order given; see [`record_change`].
pub async fn record_changes(c: &mut Conn, ctx: &impl TxContext, changes: Vec<history::Change>) -> Result<(), DbFault> {
    let events: Vec<_> = changes.iter().map(event_of).collect();
    history::record_all(c, ctx, &changes).await?;
    append_all(c, ctx, &events).await
}

fn event_of(change: &history::Change) -> NewEvent {
    let data = change.after.clone().or_else(|| change.before.clone()).unwrap_or_default();
    NewEvent { tenant: change.tenant, kind: change.verb, resource: change.resource.clone(), data }
}
