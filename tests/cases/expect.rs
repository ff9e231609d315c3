//! Compares what came with what the table says, and keeps values by name.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use anyhow::{Context, bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use regex::{Captures, Regex};
use serde_json::Value;

/// Values by name.
pub type Names = BTreeMap<String, String>;

/// `value` with each `$x` replaced in its texts and keys, and `base64:x` by the bytes of `x`.
pub fn filled(value: &Value, names: &Names) -> anyhow::Result<Value> {
    Ok(match value {
        Value::String(text) => {
            let text = fill(text, names)?;
            Value::String(text.strip_prefix("base64:").map(|bytes| STANDARD.encode(bytes)).unwrap_or(text))
        }
        Value::Array(items) => Value::Array(items.iter().map(|item| filled(item, names)).collect::<Result<_, _>>()?),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(key, value)| Ok((fill(key, names)?, filled(value, names)?)));
            Value::Object(fields.collect::<anyhow::Result<_>>()?)
        }
        other => other.clone(),
    })
}

/// `text` with each `$x` replaced.
pub fn fill(text: &str, names: &Names) -> anyhow::Result<String> {
    static NAME: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\$([a-z_]+)").expect("a valid pattern"));
    if let Some(unknown) = NAME.captures_iter(text).find(|found| !names.contains_key(&found[1])) {
        bail!("nothing is kept under {}", &unknown[0]);
    }
    Ok(NAME.replace_all(text, |found: &Captures| names[&found[1]].clone()).into_owned())
}

/// `actual` contains `expected`: objects have at least these fields, arrays these items and no others, unless the last is `"..."`.
/// `"@x"` keeps what is there, `"*"` is anything but nothing, `"!x"` anything but nothing and `x`.
pub fn contains(actual: &Value, expected: &Value, names: &mut Names, path: &str) -> anyhow::Result<()> {
    match (expected, actual) {
        (Value::Object(wanted), Value::Object(fields)) => {
            for (key, value) in wanted {
                let path = format!("{path}.{key}");
                contains(fields.get(key).unwrap_or(&Value::Null), value, names, &path)?;
            }
            Ok(())
        }
        (Value::Array(wanted), Value::Array(items)) => has_items(items, wanted, names, path),
        (Value::String(text), _) if text == "*" => {
            ensure!(*actual != Value::Null && *actual != Value::String(String::new()), "{path} is empty");
            Ok(())
        }
        (Value::String(text), Value::String(value)) if text.starts_with('!') => {
            ensure!(!value.is_empty() && text[1..] != *value, "{path} is {value:?}");
            Ok(())
        }
        (Value::String(text), Value::String(value)) if text.starts_with('@') => {
            names.insert(text[1..].to_owned(), value.clone());
            Ok(())
        }
        _ => {
            ensure!(expected == actual, "{path} is {actual} and not {expected}");
            Ok(())
        }
    }
}

fn has_items(items: &[Value], wanted: &[Value], names: &mut Names, path: &str) -> anyhow::Result<()> {
    let (wanted, open) = match wanted.split_last() {
        Some((Value::String(last), before)) if last == "..." => (before, true),
        _ => (wanted, false),
    };
    let fits = if open { items.len() >= wanted.len() } else { items.len() == wanted.len() };
    ensure!(fits, "{path} has {} items: {}", items.len(), Value::Array(items.to_vec()));
    for (place, (item, value)) in items.iter().zip(wanted).enumerate() {
        contains(item, value, names, &format!("{path}[{place}]")).with_context(|| format!("in {path}"))?;
    }
    Ok(())
}
