//! `serde_json::Value` and `google.protobuf.Struct`, both ways.
//!
//! Struct has only doubles: an integer beyond 2^53 loses its low digits, as it does for every JSON client that is not
//! careful. Such numbers are strings in the suite's JSON.

use prost_types::{ListValue, Struct, Value, value::Kind};
use serde_json::{Map, Number, Value as Json};

/// The Struct of a JSON object; any other JSON value becomes a Struct with the one field `value`.
pub fn to_struct(json: Json) -> Struct {
    let fields = match json {
        Json::Object(fields) => fields,
        other => Map::from_iter([("value".to_owned(), other)]),
    };
    Struct { fields: fields.into_iter().map(|(name, json)| (name, to_value(json))).collect() }
}

/// The JSON object of a Struct. Whole numbers within 2^53 become integers; NaN and infinities become null.
pub fn from_struct(message: Struct) -> Json {
    Json::Object(message.fields.into_iter().map(|(name, value)| (name, from_value(value))).collect())
}

/// The protobuf Value of a JSON value.
pub fn to_value(json: Json) -> Value {
    let kind = match json {
        Json::Null => Kind::NullValue(0),
        Json::Bool(value) => Kind::BoolValue(value),
        Json::Number(number) => number.as_f64().map_or(Kind::NullValue(0), Kind::NumberValue),
        Json::String(text) => Kind::StringValue(text),
        Json::Array(items) => Kind::ListValue(ListValue { values: items.into_iter().map(to_value).collect() }),
        object @ Json::Object(_) => Kind::StructValue(to_struct(object)),
    };
    Value { kind: Some(kind) }
}

/// The JSON value of a protobuf Value; null if it has no kind.
pub fn from_value(value: Value) -> Json {
    match value.kind {
        None | Some(Kind::NullValue(_)) => Json::Null,
        Some(Kind::BoolValue(value)) => Json::Bool(value),
        Some(Kind::NumberValue(number)) => from_number(number),
        Some(Kind::StringValue(text)) => Json::String(text),
        Some(Kind::ListValue(list)) => Json::Array(list.values.into_iter().map(from_value).collect()),
        Some(Kind::StructValue(message)) => from_struct(message),
    }
}

/// Doubles hold every whole number up to here.
const EXACT: f64 = 9_007_199_254_740_992.0;

#[allow(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
fn from_number(number: f64) -> Json {
    if number.fract() == 0.0 && number.abs() <= EXACT {
        return Json::from(number as i64);
    }
    Number::from_f64(number).map_or(Json::Null, Json::Number)
}
