//! Rows as they are read, and what the model makes of them.

use std::str::FromStr;

use chrono::{DateTime, Utc};
use dialtone_db::DbFault;
use diesel::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::{
    model::{Failure, Position, Units},
    schema::{operations, operations_all},
};

/// An unfinished operation as a worker needs it.
#[derive(Debug, Clone, Queryable, Selectable, QueryableByName)]
#[diesel(table_name = operations, check_for_backend(diesel::pg::Pg))]
pub(crate) struct OperationRow {
    pub(crate) id: Uuid,
    pub(crate) tenant: Uuid,
    pub(crate) kind: String,
    pub(crate) version: i32,
    pub(crate) target: String,
    pub(crate) parent: Option<Uuid>,
    pub(crate) actor: String,
    pub(crate) request_id: String,
    pub(crate) state: String,
    pub(crate) ending: Option<String>,
    pub(crate) step: i32,
    pub(crate) failures: i32,
    pub(crate) cancel_requested: bool,
    pub(crate) input: Value,
    pub(crate) notes: Value,
    pub(crate) units_done: i64,
    pub(crate) units_total: i64,
    pub(crate) percent: i32,
    pub(crate) failure: Option<Value>,
    pub(crate) epoch: i64,
}

impl OperationRow {
    /// Where the operation stands, given how many steps its definition has.
    pub(crate) fn position(&self, steps: usize) -> Result<Position, DbFault> {
        Ok(Position {
            state: read(&self.state)?,
            ending: self.ending.as_deref().map(read).transpose()?,
            step: usize::try_from(self.step).unwrap_or_default().min(steps.saturating_sub(1)),
            steps,
            failures: u32::try_from(self.failures).unwrap_or_default(),
            cancel: self.cancel_requested,
        })
    }

    pub(crate) fn units(&self) -> Units {
        Units { done: self.units_done, total: self.units_total }
    }
}

/// An operation, finished or not, as callers are shown it.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = operations_all, check_for_backend(diesel::pg::Pg))]
pub(crate) struct ShownRow {
    pub(crate) id: Uuid,
    pub(crate) tenant: Uuid,
    pub(crate) kind: String,
    pub(crate) version: i32,
    pub(crate) verb: String,
    pub(crate) target: String,
    pub(crate) actor: String,
    pub(crate) state: String,
    pub(crate) step: i32,
    pub(crate) units_done: i64,
    pub(crate) units_total: i64,
    pub(crate) percent: i32,
    pub(crate) failure: Option<Value>,
    pub(crate) result: Option<Value>,
    pub(crate) steps: Value,
    pub(crate) children: Vec<Uuid>,
    pub(crate) create_time: DateTime<Utc>,
    pub(crate) update_time: DateTime<Utc>,
    pub(crate) end_time: Option<DateTime<Utc>>,
}

impl ShownRow {
    pub(crate) fn is_finished(&self) -> bool {
        self.end_time.is_some()
    }
}

/// Reads a state. One that this release does not know was not written by it.
pub(crate) fn read<T: FromStr>(text: &str) -> Result<T, DbFault>
where
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|error: T::Err| DbFault::Other(error.to_string()))
}

/// A failure as it is stored.
pub(crate) fn failure_json(failure: &Failure) -> Value {
    serde_json::to_value(failure).expect("a failure is strings and numbers")
}
