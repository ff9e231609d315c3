//! The SQL of the service: the only place that knows Diesel. Rows never leave it; the model's types do.

pub mod catalogue;
pub mod offer;
pub mod offering;
pub mod op;
pub mod package;
pub mod plan;
pub mod plan_use;
pub mod product;
pub mod revision;
mod schema;
pub mod setting;
pub mod subscription;
pub mod template;
pub mod template_use;

use dialtone_db::DbFault;
use serde::de::DeserializeOwned;

/// Reads a JSON column; what we wrote ourselves and cannot read is a fault of ours.
fn read_json<T: DeserializeOwned>(column: &'static str, value: serde_json::Value) -> Result<T, DbFault> {
    serde_json::from_value(value).map_err(|e| DbFault::Other(format!("column {column}: {e}")))
}

/// Writes a JSON column.
fn write_json<T: serde::Serialize>(value: &T) -> Result<serde_json::Value, DbFault> {
    serde_json::to_value(value).map_err(|e| DbFault::Other(e.to_string()))
}
