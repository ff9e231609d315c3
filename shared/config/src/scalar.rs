//! Scalars out of values. Text from a variable stands for a number, a truth value or a list; text in a file does not.

use crate::sources::is_variable;
use config::{Value, ValueKind};

/// The whole number, if the value is one.
pub(crate) fn integer(value: &Value) -> Option<i128> {
    match &value.kind {
        ValueKind::I64(n) => Some(i128::from(*n)),
        ValueKind::I128(n) => Some(*n),
        ValueKind::U64(n) => Some(i128::from(*n)),
        ValueKind::U128(n) => i128::try_from(*n).ok(),
        ValueKind::String(text) if is_variable(value) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The number, if the value is one.
pub(crate) fn float(value: &Value) -> Option<f64> {
    match &value.kind {
        ValueKind::Float(n) => Some(*n),
        ValueKind::I64(n) => Some(*n as f64),
        ValueKind::String(text) if is_variable(value) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The truth value, if the value is one.
pub(crate) fn boolean(value: &Value) -> Option<bool> {
    match &value.kind {
        ValueKind::Boolean(b) => Some(*b),
        ValueKind::String(text) if is_variable(value) => text.trim().parse().ok(),
        _ => None,
    }
}

/// The text, if the value is text.
pub(crate) fn text(value: &Value) -> Option<String> {
    match &value.kind {
        ValueKind::String(text) => Some(text.clone()),
        _ => None,
    }
}

/// What a person would call the value.
pub(crate) fn kind(value: &Value) -> &'static str {
    match &value.kind {
        ValueKind::Nil => "nothing",
        ValueKind::Boolean(_) => "true or false",
        ValueKind::I64(_) | ValueKind::I128(_) | ValueKind::U64(_) | ValueKind::U128(_) => "a whole number",
        ValueKind::Float(_) => "a number",
        ValueKind::String(_) => "text",
        ValueKind::Table(_) => "a table",
        ValueKind::Array(_) => "a list",
    }
}
