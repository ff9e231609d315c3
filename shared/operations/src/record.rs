//! History and events of operations: started, cancel requested, resumed, and each change of state that a person may care about.
//!
//! Chunks and steps are not told here: progress is read, not replayed.

use dialtone_authz::Ctx;
use dialtone_db::{
    Conn, DbFault,
    history::{self, Change},
};
use dialtone_events::NewEvent;
use dialtone_ids::{OperationId, OperationName, ServiceName};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    model::State,
    store::{NewRow, OperationRow, ShownRow},
};

/// An operation was accepted.
pub(crate) async fn started(c: &mut Conn, ctx: &Ctx, name: OperationName, row: &NewRow) -> Result<(), DbFault> {
    let told = Told { name, tenant: row.tenant, kind: "operation.started" };
    tell(c, ctx, told, None, shown(&row.target, row.kind, State::Pending.as_str())).await
}

/// Somebody asked to cancel; `state` is the one it has now.
pub(crate) async fn cancel_requested(
    c: &mut Conn,
    ctx: &Ctx,
    service: ServiceName,
    row: &OperationRow,
    state: State,
) -> Result<(), DbFault> {
    let told = Told { kind: "operation.cancel_requested", ..of(service, row) };
    tell(c, ctx, told, Some(before(row)), shown(&row.target, &row.kind, state.as_str())).await
}

/// Its state changed from that of the row.
pub(crate) async fn changed(
    c: &mut Conn,
    ctx: &Ctx,
    service: ServiceName,
    row: &OperationRow,
    state: State,
) -> Result<(), DbFault> {
    let kind = match state {
        State::Pending => "operation.started",
        State::Running => "operation.resumed",
        State::Stuck => "operation.stuck",
        State::Undoing => "operation.undoing",
        State::Succeeded => "operation.succeeded",
        State::Failed => "operation.failed",
        State::Cancelled => "operation.cancelled",
    };
    let told = Told { kind, ..of(service, row) };
    tell(c, ctx, told, Some(before(row)), shown(&row.target, &row.kind, state.as_str())).await
}

/// A finished operation was deleted.
pub(crate) async fn deleted(c: &mut Conn, ctx: &Ctx, service: ServiceName, row: &ShownRow) -> Result<(), DbFault> {
    let name = OperationName::new(service, OperationId::from_uuid(row.id));
    let shown = shown(&row.target, &row.kind, &row.state);
    let told = Told { name, tenant: row.tenant, kind: "operation.deleted" };
    tell(c, ctx, told, Some(shown.clone()), shown).await
}

struct Told {
    name: OperationName,
    tenant: Uuid,
    kind: &'static str,
}

fn of(service: ServiceName, row: &OperationRow) -> Told {
    let name = OperationName::new(service, OperationId::from_uuid(row.id));
    Told { name, tenant: row.tenant, kind: "operation.changed" }
}

fn before(row: &OperationRow) -> Value {
    shown(&row.target, &row.kind, &row.state)
}

fn shown(target: &str, kind: &str, state: &str) -> Value {
    json!({"target": target, "kind": kind, "state": state})
}

async fn tell(c: &mut Conn, ctx: &Ctx, told: Told, before: Option<Value>, after: Value) -> Result<(), DbFault> {
    let resource = told.name.to_string();
    let change = Change {
        tenant: Some(told.tenant),
        resource: resource.clone(),
        verb: told.kind,
        before,
        after: Some(after.clone()),
    };
    history::record(c, ctx, change).await?;
    let event = NewEvent { tenant: Some(told.tenant), kind: told.kind, resource, data: after };
    dialtone_events::append(c, ctx, event).await
}
