//! The deserializer of one key: gives serde the value, or notes a fault and gives it a substitute.

use crate::{
    access::{Items, Keys},
    probe::Probe,
    scalar,
    sources::is_variable,
};
use config::{Value, ValueKind};
use serde::de::{self, IntoDeserializer, Visitor, value::MapAccessDeserializer};
use std::fmt;

/// Why a pass ended.
#[derive(Debug)]
pub(crate) struct Error {
    pub(crate) message: String,
    missing: Option<&'static str>,
    noted: bool,
}

impl Error {
    pub(crate) fn is_noted(&self) -> bool {
        self.noted
    }

    pub(crate) fn noted(mut self) -> Self {
        self.noted = true;
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Error { message: message.to_string(), missing: None, noted: false }
    }

    fn missing_field(field: &'static str) -> Self {
        Error { missing: Some(field), ..Error::custom("") }
    }

    // The value itself is left out: it may hold credentials.
    fn invalid_value(_: de::Unexpected<'_>, wanted: &dyn de::Expected) -> Self {
        Error::custom(format!("wants {wanted}"))
    }

    fn invalid_type(_: de::Unexpected<'_>, wanted: &dyn de::Expected) -> Self {
        Error::custom(format!("wants {wanted}"))
    }

    fn unknown_variant(_: &str, variants: &'static [&'static str]) -> Self {
        Error::custom(format!("wants one of {}", variants.join(", ")))
    }
}

/// What there is to read for a key.
#[derive(Clone)]
pub(crate) enum Input<'a> {
    Value(&'a Value),
    /// A secret read from its file.
    Text(String),
    /// The file that holds a secret.
    FileOf(&'a Value),
    /// A value that is also given as a file.
    Twice(&'a Value),
    /// Nothing: a substitute is made up.
    Missing,
}

pub(crate) struct Node<'p, 'a> {
    pub(crate) probe: &'p Probe<'a>,
    pub(crate) key: String,
    pub(crate) input: Input<'a>,
}

/// Whether the value is a table.
pub(crate) fn is_table(value: &Value) -> bool {
    matches!(value.kind, ValueKind::Table(_))
}

impl<'a> Node<'_, 'a> {
    /// The scalar that `read` finds, else the default's, else `made_up`; a fault unless the first was there.
    fn scalar<T>(&self, wanted: &str, read: impl Fn(&Value) -> Option<T>, made_up: T) -> T {
        let Input::Value(value) = self.input else {
            return made_up;
        };
        read(value).unwrap_or_else(|| {
            let kind = scalar::kind(value);
            self.probe.note_fault(&self.key, format!("wants {wanted}, but is {kind}"));
            self.probe.default_of(&self.key).and_then(read).unwrap_or(made_up)
        })
    }

    fn string(&self) -> String {
        match &self.input {
            Input::Text(text) => text.clone(),
            _ => self.scalar("text", scalar::text, self.probe.made_up_text(&self.key)),
        }
    }

    fn table(&self) -> Option<&'a config::Map<String, Value>> {
        match self.input {
            Input::Value(Value { kind: ValueKind::Table(table), .. }) => Some(table),
            Input::Value(value) => {
                let kind = scalar::kind(value);
                self.probe.note_fault(&self.key, format!("wants a table, but is {kind}"));
                None
            }
            Input::Text(_) | Input::FileOf(_) | Input::Twice(_) | Input::Missing => None,
        }
    }

    fn items(&self) -> Vec<Input<'a>> {
        match self.input {
            Input::Value(Value { kind: ValueKind::Array(list), .. }) => list.iter().map(Input::Value).collect(),
            Input::Value(value @ Value { kind: ValueKind::String(text), .. }) if is_variable(value) => text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| Input::Text(item.to_owned()))
                .collect(),
            Input::Value(value) => {
                let kind = scalar::kind(value);
                self.probe.note_fault(&self.key, format!("wants a list, but is {kind}"));
                Vec::new()
            }
            Input::Text(_) | Input::FileOf(_) | Input::Twice(_) | Input::Missing => Vec::new(),
        }
    }
}

macro_rules! integers {
    ($($method:ident $visit:ident $type:ty),* $(,)?) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            let wanted = format!("a whole number from {} to {}", <$type>::MIN, <$type>::MAX);
            let read = |value: &Value| <$type>::try_from(scalar::integer(value)?).ok();
            // One, because zero is refused by the types that are never zero.
            visitor.$visit(self.scalar(&wanted, read, 1))
        }
    )* };
}

impl<'de> de::Deserializer<'de> for Node<'_, '_> {
    type Error = Error;

    integers! {
        deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16, deserialize_i32 visit_i32 i32,
        deserialize_i64 visit_i64 i64, deserialize_i128 visit_i128 i128,
        deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32,
        deserialize_u64 visit_u64 u64,
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let Input::Value(value) = self.input else {
            return visitor.visit_string(self.string());
        };
        match &value.kind {
            ValueKind::Nil => visitor.visit_unit(),
            ValueKind::Boolean(_) => self.deserialize_bool(visitor),
            ValueKind::Float(_) => self.deserialize_f64(visitor),
            ValueKind::String(_) => self.deserialize_string(visitor),
            ValueKind::Table(_) => self.deserialize_map(visitor),
            ValueKind::Array(_) => self.deserialize_seq(visitor),
            ValueKind::I64(_) | ValueKind::I128(_) | ValueKind::U64(_) | ValueKind::U128(_) => {
                self.deserialize_i64(visitor)
            }
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bool(self.scalar("true or false", scalar::boolean, false))
    }

    fn deserialize_f32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_f64(visitor)
    }

    fn deserialize_f64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_f64(self.scalar("a number", scalar::float, 1.0))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_string(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.string())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.input {
            Input::Missing | Input::Value(Value { kind: ValueKind::Nil, .. }) => visitor.visit_none(),
            Input::Value(_) | Input::Text(_) | Input::FileOf(_) | Input::Twice(_) => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_seq(Items::new(self.probe, &self.key, self.items()))
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(Keys::of_map(self.probe, &self.key, self.table()))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let keys = Keys::of_struct(self.probe, &self.key, self.table(), fields);
        visitor.visit_map(keys).map_err(|error| match error.missing {
            Some(field) if !error.noted => {
                self.probe.note_missing(crate::access::join(&self.key, field));
                error.noted()
            }
            _ => error,
        })
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.input {
            Input::Value(value) if is_table(value) => {
                visitor.visit_enum(MapAccessDeserializer::new(Keys::of_map(self.probe, &self.key, self.table())))
            }
            Input::Missing => visitor.visit_enum(variants.first().copied().unwrap_or("").into_deserializer()),
            Input::Value(_) | Input::Text(_) | Input::FileOf(_) | Input::Twice(_) => {
                visitor.visit_enum(self.string().into_deserializer())
            }
        }
    }

    serde::forward_to_deserialize_any! { u128 char bytes byte_buf unit unit_struct tuple_struct identifier ignored_any }
}
