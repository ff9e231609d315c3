//! How serde walks tables and lists, key by key, with each error noted at its key.

use crate::{
    node::{Error, Input, Node},
    probe::Probe,
    scalar,
};
use config::{Map, Value};
use serde::de::{DeserializeSeed, IntoDeserializer, MapAccess, SeqAccess};
use std::{any::type_name, vec};

/// What marks a secret's key when it names the file instead.
const FILE_SUFFIX: &str = "_file";

/// The dotted key of `part` below `parent`.
pub(crate) fn join(parent: &str, part: &str) -> String {
    if parent.is_empty() { part.to_owned() } else { format!("{parent}.{part}") }
}

/// The keys of a table that are to be read, those that failed before last.
pub(crate) struct Keys<'p, 'a> {
    probe: &'p Probe<'a>,
    parent: String,
    left: vec::IntoIter<(String, Input<'a>)>,
    next: Option<(String, Input<'a>)>,
}

impl<'p, 'a> Keys<'p, 'a> {
    /// All keys: a table whose keys are data.
    pub(crate) fn of_map(probe: &'p Probe<'a>, parent: &str, table: Option<&'a Map<String, Value>>) -> Self {
        let mut keys: Vec<_> =
            table.into_iter().flatten().map(|(name, value)| (name.clone(), Input::Value(value))).collect();
        keys.sort_by(|a, b| a.0.cmp(&b.0));
        Keys::new(probe, parent, keys)
    }

    /// The keys that are fields; any other is noted as unknown.
    pub(crate) fn of_struct(
        probe: &'p Probe<'a>,
        parent: &str,
        table: Option<&'a Map<String, Value>>,
        fields: &[&str],
    ) -> Self {
        let is_field = |name: &str| fields.contains(&name);
        let is_file_of_field = |name: &str| name.strip_suffix(FILE_SUFFIX).is_some_and(is_field);
        for name in table.into_iter().flat_map(Map::keys) {
            if !is_field(name) && !is_file_of_field(name) {
                probe.note_unknown(join(parent, name));
            }
        }
        let mut keys = Vec::new();
        for field in fields {
            let key = join(parent, field);
            probe.note_known(key.clone());
            let file_key = format!("{field}{FILE_SUFFIX}");
            let value = table.and_then(|table| table.get(*field));
            let file = table.filter(|_| !is_field(&file_key)).and_then(|table| table.get(&file_key));
            match (value, file) {
                (Some(value), Some(_)) => keys.push(((*field).to_owned(), Input::Twice(value))),
                (Some(value), None) => keys.push(((*field).to_owned(), Input::Value(value))),
                (None, Some(file)) => keys.push(((*field).to_owned(), Input::FileOf(file))),
                (None, None) if probe.is_missing(&key) => {
                    keys.push(((*field).to_owned(), Input::Missing));
                }
                (None, None) => {}
            }
        }
        Keys::new(probe, parent, keys)
    }

    fn new(probe: &'p Probe<'a>, parent: &str, mut keys: Vec<(String, Input<'a>)>) -> Self {
        keys.sort_by_key(|(name, _)| probe.trouble(&join(parent, name)));
        Keys { probe, parent: parent.to_owned(), left: keys.into_iter(), next: None }
    }
}

impl<'de> MapAccess<'de> for Keys<'_, '_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        self.next = self.left.next();
        match &self.next {
            Some((name, _)) => seed.deserialize(name.as_str().into_deserializer()).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        let Some((name, input)) = self.next.take() else {
            return Err(serde::de::Error::custom("a value was asked for before its key"));
        };
        read(self.probe, join(&self.parent, &name), input, seed)
    }
}

/// The items of a list.
pub(crate) struct Items<'p, 'a> {
    probe: &'p Probe<'a>,
    parent: String,
    left: std::iter::Enumerate<vec::IntoIter<Input<'a>>>,
}

impl<'p, 'a> Items<'p, 'a> {
    pub(crate) fn new(probe: &'p Probe<'a>, parent: &str, items: Vec<Input<'a>>) -> Self {
        Items { probe, parent: parent.to_owned(), left: items.into_iter().enumerate() }
    }
}

impl<'de> SeqAccess<'de> for Items<'_, '_> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        match self.left.next() {
            Some((index, input)) => {
                let key = join(&self.parent, &index.to_string());
                read(self.probe, key, input, seed).map(Some)
            }
            None => Ok(None),
        }
    }
}

fn read<'de, S: DeserializeSeed<'de>>(
    probe: &Probe<'_>,
    key: String,
    input: Input<'_>,
    seed: S,
) -> Result<S::Value, Error> {
    // serde does not say which type a key has, and a secret must be known before its value is shown or read from a file.
    let secret = type_name::<S::Value>().contains("secrecy::SecretBox");
    if secret {
        probe.note_secret(&key);
    }
    let file_key = format!("{key}{FILE_SUFFIX}");
    let input = match input {
        Input::FileOf(file) if secret => secret_of(probe, &file_key, file),
        Input::FileOf(_) => {
            probe.note_unknown(file_key);
            Input::Missing
        }
        Input::Twice(_) if secret => {
            probe.note_fault(&key, format!("is given twice, also as `{file_key}`; keep one"));
            Input::Missing
        }
        Input::Twice(value) => {
            probe.note_unknown(file_key);
            Input::Value(value)
        }
        other => other,
    };
    let node = Node { probe, input: probe.input(&key, Some(input)), key: key.clone() };
    seed.deserialize(node).map_err(|error| {
        probe.note_error(&key, &error);
        error.noted()
    })
}

/// The content of the file that `file` names, without its line end.
fn secret_of<'a>(probe: &Probe<'_>, file_key: &str, file: &Value) -> Input<'a> {
    let Some(path) = scalar::text(file) else {
        probe.note_fault(file_key, "wants the path of a file");
        return Input::Missing;
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => Input::Text(text.trim_end_matches(['\r', '\n']).to_owned()),
        Err(error) => {
            probe.note_fault(file_key, format!("{path} cannot be read: {error}"));
            Input::Missing
        }
    }
}
