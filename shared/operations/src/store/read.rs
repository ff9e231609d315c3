//! What callers see: finished and unfinished operations in one snapshot, newest first.

use dialtone_db::{Classify, Conn, DbFault, Tenants};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::ShownRow;
use crate::{model::State, schema::operations_all};

/// Which operations a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    /// Only those that work on this resource.
    pub(crate) target: Option<String>,
    /// Only those in this state.
    pub(crate) state: Option<State>,
    /// Only those that have ended, or have not.
    pub(crate) done: Option<bool>,
}

/// One operation.
pub(crate) async fn operation_get(c: &mut Conn, id: Uuid) -> Result<Option<ShownRow>, DbFault> {
    operations_all::table.filter(operations_all::id.eq(id)).select(ShownRow::as_select()).first(c).await.optional().db()
}

/// A page of the operations of these tenants, older than `before`.
pub(crate) async fn operations_list(
    c: &mut Conn,
    tenants: &Tenants,
    filter: &Filter,
    before: Option<Uuid>,
    limit: i64,
) -> Result<Vec<ShownRow>, DbFault> {
    let mut query = operations_all::table.select(ShownRow::as_select()).into_boxed();
    if let Tenants::Only(tenants) = tenants {
        query = query.filter(operations_all::tenant.eq_any(tenants));
    }
    if let Some(target) = &filter.target {
        query = query.filter(operations_all::target.eq(target));
    }
    if let Some(state) = filter.state {
        query = query.filter(operations_all::state.eq(state.as_str()));
    }
    if let Some(done) = filter.done {
        query = match done {
            true => query.filter(operations_all::end_time.is_not_null()),
            false => query.filter(operations_all::end_time.is_null()),
        };
    }
    if let Some(before) = before {
        query = query.filter(operations_all::id.lt(before));
    }
    query.order(operations_all::id.desc()).limit(limit).load(c).await.db()
}

/// How a child ended: its id, state, result and failure.
pub(crate) type ChildRow = (Uuid, String, Option<Value>, Option<Value>);

/// The operations that this one started and that have ended, in the order in which they were started.
pub(crate) async fn children_ended(c: &mut Conn, parent: Uuid) -> Result<Vec<ChildRow>, DbFault> {
    use crate::schema::operations_finished as finished;
    finished::table
        .filter(finished::parent.eq(parent))
        .order(finished::id)
        .select((finished::id, finished::state, finished::result, finished::failure))
        .load(c)
        .await
        .db()
}
