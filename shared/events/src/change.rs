//! One change, told twice: to the history, which keeps before and after, and to whoever watches.

use dialtone_db::{Conn, DbFault, TxContext, history};

use crate::{NewEvent, append};

/// Appends a change to history and outbox, in the transaction that makes it. The event is called as the change and carries the
/// resource after it; of a deletion, the resource as it was.
pub async fn record_change(c: &mut Conn, ctx: &impl TxContext, change: history::Change) -> Result<(), DbFault> {
    let data = change.after.clone().or_else(|| change.before.clone()).unwrap_or_default();
    let event = NewEvent { tenant: change.tenant, kind: change.verb, resource: change.resource.clone(), data };
    history::record(c, ctx, change).await?;
    append(c, ctx, event).await
}
