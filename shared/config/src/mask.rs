//! The printout of `check-config`: every key in effect, secrets masked.

use crate::sources::Layers;
use config::{Value, ValueKind};
use std::{collections::BTreeSet, fmt::Write as _};

/// What stands in place of a secret.
const MASK: &str = "********";

/// One `key = value  # origin` line for each key, in order; valid TOML.
pub(crate) fn print(layers: &Layers, secrets: &BTreeSet<String>) -> String {
    let mut leaves = Vec::new();
    collect(&layers.merged, String::new(), &mut leaves);
    leaves.sort_by(|a, b| a.0.cmp(&b.0));
    let mut out = String::new();
    for (key, value) in leaves {
        let shown = if is_secret(&key, secrets) { format!("\"{MASK}\"") } else { show(value) };
        let origin = layers.origin(&key).unwrap_or_else(|| "default".to_owned());
        // Writing to a String cannot fail.
        let _ = writeln!(out, "{key} = {shown}  # {origin}");
    }
    out
}

/// The text with the password of any `scheme://user:password@host` masked.
pub(crate) fn credentials(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://").map(|at| at + 3) {
        let (head, tail) = rest.split_at(start);
        out.push_str(head);
        let authority = tail.find(['/', ' ', '"', '\'', '?', '#']).unwrap_or(tail.len());
        rest = match tail[..authority].rfind('@') {
            Some(at) => {
                let user = tail[..at].split(':').next().unwrap_or("");
                let _ = write!(out, "{user}:{MASK}");
                &tail[at..]
            }
            None => tail,
        };
    }
    out + rest
}

/// Whether the key, or one above it, is a secret.
fn is_secret(key: &str, secrets: &BTreeSet<String>) -> bool {
    secrets.contains(key)
        || secrets.iter().any(|secret| key.strip_prefix(secret.as_str()).is_some_and(|rest| rest.starts_with('.')))
}

fn collect<'a>(value: &'a Value, key: String, out: &mut Vec<(String, &'a Value)>) {
    match &value.kind {
        ValueKind::Table(table) => {
            for (name, value) in table {
                collect(value, crate::access::join(&key, name), out);
            }
        }
        ValueKind::Nil
        | ValueKind::Boolean(_)
        | ValueKind::I64(_)
        | ValueKind::I128(_)
        | ValueKind::U64(_)
        | ValueKind::U128(_)
        | ValueKind::Float(_)
        | ValueKind::String(_)
        | ValueKind::Array(_) => out.push((key, value)),
    }
}

fn show(value: &Value) -> String {
    match &value.kind {
        ValueKind::String(text) => toml::Value::String(credentials(text)).to_string(),
        ValueKind::Array(list) => {
            let items: Vec<String> = list.iter().map(show).collect();
            format!("[{}]", items.join(", "))
        }
        ValueKind::Table(table) => {
            let mut items: Vec<String> = table.iter().map(|(k, v)| format!("{k} = {}", show(v))).collect();
            items.sort();
            format!("{{ {} }}", items.join(", "))
        }
        ValueKind::Nil => "\"\"".to_owned(),
        ValueKind::Boolean(_)
        | ValueKind::I64(_)
        | ValueKind::I128(_)
        | ValueKind::U64(_)
        | ValueKind::U128(_)
        | ValueKind::Float(_) => value.to_string(),
    }
}
