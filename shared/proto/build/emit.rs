//! Writes one `impl Validate` per message: the walk over its fields. What a single value must satisfy is written by
//! [`crate::emit_value`]; the checks themselves are functions of `src/validate/check.rs`.

use std::fmt::Write as _;

use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor, OneofDescriptor};

use crate::{
    emit_value::{self, Patterns},
    names::Names,
    rules::{FieldRules, Reader},
};

/// The packages whose messages validate themselves begin with this.
pub(crate) const OWN: &str = "dialtone.";

/// The source of the implementations for `messages`, with the patterns that they use.
pub(crate) fn implementations(
    pool: &DescriptorPool,
    messages: &[MessageDescriptor],
    names: &Names,
) -> Result<String, String> {
    let reader = Reader::new(pool)?;
    let (mut patterns, mut out, mut faults) = (Patterns::default(), String::new(), Vec::new());
    for message in messages {
        match implementation(&reader, message, names, &mut patterns) {
            Ok(text) => out.push_str(&text),
            Err(fault) => faults.push(fault),
        }
    }
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    Ok(format!("{}{out}", patterns.declarations()))
}

fn implementation(
    reader: &Reader,
    message: &MessageDescriptor,
    names: &Names,
    patterns: &mut Patterns,
) -> Result<String, String> {
    reader.message(message)?;
    let mut body = String::new();
    for field in message.fields() {
        let rules = reader.field(&field)?;
        let walk = match field.containing_oneof().filter(|o| !o.is_synthetic()) {
            Some(oneof) => member(&field, &oneof, &rules, names, patterns),
            None => plain(&field, &rules, message, patterns),
        }
        .map_err(|fault| format!("{}: {fault}", field.full_name()))?;
        body += &at(field.name(), &walk);
    }
    for oneof in message.oneofs().filter(|o| !o.is_synthetic()) {
        if reader.oneof_required(&oneof)? {
            body += &at(oneof.name(), &required_oneof(&oneof));
        }
    }
    let (path, out) = if body.is_empty() { ("_path", "_out") } else { ("path", "out") };
    Ok(format!(
        "impl crate::validate::Validate for {} {{\nfn validate(&self, {path}: &mut crate::validate::Path, {out}: \
         &mut Vec<crate::validate::Violation>) {{\n{body}}}\n}}\n",
        names.message(message)
    ))
}

/// Wraps what is to be done at a field into the steps in and out of its path.
fn at(name: &str, walk: &str) -> String {
    if walk.is_empty() {
        return String::new();
    }
    format!("let mark = path.enter({name:?});\n{walk}path.leave(mark);\n")
}

fn required_oneof(oneof: &OneofDescriptor) -> String {
    let choices: Vec<_> = oneof.fields().map(|f| format!("`{}`", f.name())).collect();
    format!(
        "check::oneof_required(self.{}.is_some(), {:?}, path, out);\n",
        crate::names::identifier(oneof.name()),
        choices.join(", ")
    )
}

/// A member of a oneof: its rules hold if it is the one that was given.
fn member(
    field: &FieldDescriptor,
    oneof: &OneofDescriptor,
    rules: &FieldRules,
    names: &Names,
    patterns: &mut Patterns,
) -> Result<String, String> {
    let checks = value(field, rules, patterns)?;
    let enumeration = names.oneof(field.parent_message(), oneof.name());
    let variant = format!("{enumeration}::{}", crate::names::variant(field.name()));
    let place = format!("&self.{}", crate::names::identifier(oneof.name()));
    let mut out = String::new();
    if rules.required {
        writeln!(out, "check::required(matches!({place}, Some({variant}(_))), path, out);").expect(FITS);
    }
    if !checks.is_empty() {
        write!(out, "if let Some({variant}(value)) = {place} {{\n{checks}}}\n").expect(FITS);
    }
    Ok(out)
}

const FITS: &str = "a String takes everything";

fn plain(
    field: &FieldDescriptor,
    rules: &FieldRules,
    message: &MessageDescriptor,
    patterns: &mut Patterns,
) -> Result<String, String> {
    let place = format!("self.{}", crate::names::identifier(field.name()));
    let (given, checks) = if field.is_map() {
        (format!("!{place}.is_empty()"), map(field, &place)?)
    } else if field.is_list() {
        (format!("!{place}.is_empty()"), list(field, rules, &place, patterns)?)
    } else if field.supports_presence() {
        let mut checks = value(field, rules, patterns)?;
        if is_mask(field) {
            checks += &mask_paths(message);
        } else if is_own(field) && message.fields().any(|f| is_mask(&f)) {
            checks = masked(&checks);
        }
        let checks = if checks.is_empty() { checks } else { format!("if let Some(value) = &{place} {{\n{checks}}}\n") };
        (format!("{place}.is_some()"), checks)
    } else {
        let checks = value(field, rules, patterns)?;
        let checks = if checks.is_empty() { checks } else { format!("let value = &{place};\n{checks}") };
        (emit_value::not_zero(field, &format!("&{place}")), checks)
    };
    Ok(match (rules.required, checks.is_empty()) {
        (false, true) => String::new(),
        (false, false) => format!("{{\n{checks}}}\n"),
        (true, true) => format!("check::required({given}, path, out);\n"),
        (true, false) => format!("if check::required({given}, path, out) {{\n{checks}}}\n"),
    })
}

/// The checks of one value, which the Rust variable `value` refers to.
fn value(field: &FieldDescriptor, rules: &FieldRules, patterns: &mut Patterns) -> Result<String, String> {
    if is_own(field) {
        return Ok("value.validate(path, out);\n".to_owned());
    }
    emit_value::checks(field, rules, patterns)
}

fn list(field: &FieldDescriptor, rules: &FieldRules, place: &str, patterns: &mut Patterns) -> Result<String, String> {
    let nothing = FieldRules::default();
    let items = rules.items.as_deref().unwrap_or(&nothing);
    let mut each = value(field, items, patterns)?;
    if items.required && !is_own(field) {
        let given = emit_value::not_zero(field, "value");
        each = format!("if check::required({given}, path, out) {{\n{each}}}\n");
    }
    if !each.is_empty() {
        each = format!(
            "for (index, value) in {place}.iter().enumerate() {{\nlet mark = path.index(index);\n{each}path.leave(mark);\n}}\n"
        );
    }
    Ok(emit_value::list(rules, place, &each))
}

fn map(field: &FieldDescriptor, place: &str) -> Result<String, String> {
    let Kind::Message(entry) = field.kind() else {
        return Err("a map without entries".to_owned());
    };
    if !is_own(&entry.map_entry_value_field()) {
        return Ok(String::new());
    }
    Ok(format!(
        "for (key, value) in &{place} {{\nlet mark = path.key(key);\nvalue.validate(path, out);\npath.leave(mark);\n}}\n"
    ))
}

fn is_own(field: &FieldDescriptor) -> bool {
    matches!(field.kind(), Kind::Message(m) if m.package_name().starts_with(OWN) && !m.is_map_entry())
}

fn is_mask(field: &FieldDescriptor) -> bool {
    field.name() == "update_mask"
        && matches!(field.kind(), Kind::Message(m) if m.full_name() == "google.protobuf.FieldMask")
}

/// An update carries only some fields of its resource: rules of the others do not apply to it.
fn masked(checks: &str) -> String {
    format!("let before = out.len();\n{checks}check::only_masked(self.update_mask.as_ref(), before, path, out);\n")
}

/// The paths of a mask must be fields of the resource beside it.
fn mask_paths(message: &MessageDescriptor) -> String {
    let Some(resource) = message.fields().find(is_own) else {
        return String::new();
    };
    let Kind::Message(resource) = resource.kind() else {
        return String::new();
    };
    let fields: Vec<_> = resource.fields().map(|f| f.name().to_owned()).collect();
    format!("check::mask_paths(value, &{fields:?}, path, out);\n")
}
