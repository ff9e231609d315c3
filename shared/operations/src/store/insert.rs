//! New operations and their steps.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify, Conn, DbFault};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::schema::{operation_steps, operations};

/// A new row; what it leaves out has its default.
#[derive(Debug, Insertable)]
#[diesel(table_name = operations)]
pub(crate) struct NewRow {
    pub(crate) id: Uuid,
    pub(crate) tenant: Uuid,
    pub(crate) kind: &'static str,
    pub(crate) version: i32,
    pub(crate) verb: String,
    pub(crate) target: String,
    pub(crate) parent: Option<Uuid>,
    pub(crate) actor: String,
    pub(crate) request_id: String,
    pub(crate) state: &'static str,
    pub(crate) input: Value,
    pub(crate) units_total: i64,
}

/// Inserts the operation and its steps, in order; when that was, by the database's clock.
pub(crate) async fn operation_insert(
    c: &mut Conn,
    row: &NewRow,
    steps: &[&'static str],
) -> Result<DateTime<Utc>, DbFault> {
    let insert = diesel::insert_into(operations::table).values(row).returning(operations::create_time);
    let time = insert.get_result(c).await.db()?;
    let steps: Vec<_> = (0i32..)
        .zip(steps)
        .map(|(ordinal, name)| {
            (
                operation_steps::operation.eq(row.id),
                operation_steps::ordinal.eq(ordinal),
                operation_steps::tenant.eq(row.tenant),
                operation_steps::name.eq(*name),
            )
        })
        .collect();
    diesel::insert_into(operation_steps::table).values(steps).execute(c).await.db()?;
    Ok(time)
}
