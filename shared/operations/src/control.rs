//! Cancel, resume and delete: what a person may do to an operation, decided by the model under the operation's lock.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};
use dialtone_ids::ServiceName;
use futures::future::{BoxFuture, FutureExt as _};
use serde_json::Value;
use uuid::Uuid;

use crate::{
    model::{Event, State, merge},
    record,
    store::{self, ShownRow},
};

/// Every step of an operation the model needs no more of than that there is one.
const SOME_STEPS: usize = usize::MAX;

/// What a request to resume met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Resumed {
    /// It goes on.
    Yes,
    /// It is in this state, which is not STUCK.
    NotStuck(State),
    /// It has ended, or never was.
    NotUnderWay,
}

/// Asks for an operation to be cancelled, with everything it started. Nothing happens if it has ended, is being taken back
/// already, or was asked before.
pub(crate) async fn cancel(c: &mut Conn, ctx: &Ctx, service: ServiceName, id: Uuid) -> Result<(), DbFault> {
    let Some(row) = store::operation_lock(c, id).await? else { return Ok(()) };
    let from = row.position(SOME_STEPS)?;
    let Some(next) = from.after(Event::Cancel) else { return Ok(()) };
    store::operation_steer(c, id, next.to).await?;
    record::cancel_requested(c, ctx, service, &row, next.to.state).await?;
    cancel_children(c, ctx, service, id).await
}

/// Asks for everything to be cancelled that an operation started.
pub(crate) fn cancel_children<'a>(
    c: &'a mut Conn,
    ctx: &'a Ctx,
    service: ServiceName,
    parent: Uuid,
) -> BoxFuture<'a, Result<(), DbFault>> {
    async move {
        for child in store::children_under_way(c, parent).await? {
            cancel(c, ctx, service, child).await?;
        }
        Ok(())
    }
    .boxed()
}

/// Lets a stuck operation go on, with `input` merged into what it has.
pub(crate) async fn resume(
    c: &mut Conn,
    ctx: &Ctx,
    service: ServiceName,
    id: Uuid,
    input: Value,
) -> Result<Resumed, DbFault> {
    let Some(row) = store::operation_lock(c, id).await? else { return Ok(Resumed::NotUnderWay) };
    let from = row.position(SOME_STEPS)?;
    let Some(next) = from.after(Event::Resume) else { return Ok(Resumed::NotStuck(from.state)) };
    store::operation_steer(c, id, next.to).await?;
    let merged = merge(row.input.clone(), input);
    if merged != row.input {
        store::operation_input(c, id, &merged).await?;
    }
    record::changed(c, ctx, service, &row, next.to.state).await?;
    Ok(Resumed::Yes)
}

/// Deletes a finished operation; whether there was one.
pub(crate) async fn delete(c: &mut Conn, ctx: &Ctx, service: ServiceName, row: &ShownRow) -> Result<bool, DbFault> {
    let deleted = store::finished_delete(c, row.id).await?;
    if deleted {
        record::deleted(c, ctx, service, row).await?;
    }
    Ok(deleted)
}
