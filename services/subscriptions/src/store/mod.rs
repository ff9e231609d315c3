//! The SQL of the service: the only place that knows Diesel. Rows never leave it; the model's types do.

pub mod access;
pub mod case;
mod item;
pub mod merged_mapping;
pub mod op;
mod schema;
pub mod setup_link;

use dialtone_db::{DbFault, Tenants};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use schema::subscriptions;

/// Reads a column that holds a word; what we wrote ourselves and cannot read is a fault of ours.
fn read_word<T>(column: &'static str, word: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, DbFault> {
    parse(word).ok_or_else(|| DbFault::Other(format!("column {column} holds {word}")))
}

/// Reads a JSON column.
fn read_json<T: DeserializeOwned>(column: &'static str, value: serde_json::Value) -> Result<T, DbFault> {
    serde_json::from_value(value).map_err(|e| DbFault::Other(format!("column {column}: {e}")))
}

/// Writes a JSON column.
fn write_json<T: serde::Serialize>(value: &T) -> Result<serde_json::Value, DbFault> {
    serde_json::to_value(value).map_err(|e| DbFault::Other(e.to_string()))
}

/// A condition on subscriptions alone or joined with their orders.
type Condition<T> = Box<dyn BoxableExpression<T, Pg, SqlType = Nullable<Bool>>>;

/// The subscriptions of these tenants; those of nobody yet are the nil organization's.
fn visible<T>(tenants: &Tenants) -> Condition<T>
where
    subscriptions::partner_id: SelectableExpression<T> + diesel::expression::AppearsOnTable<T>,
    subscriptions::customer_id: SelectableExpression<T> + diesel::expression::AppearsOnTable<T>,
    T: 'static,
{
    let Tenants::Only(organizations) = tenants else {
        return Box::new(diesel::dsl::sql::<Nullable<Bool>>("true"));
    };
    let own = subscriptions::partner_id
        .eq_any(organizations.clone())
        .or(subscriptions::customer_id.eq_any(organizations.clone()));
    if organizations.contains(&Uuid::nil()) {
        let unmapped = subscriptions::partner_id.is_null().and(subscriptions::customer_id.is_null());
        return Box::new(own.or(unmapped));
    }
    Box::new(own)
}
