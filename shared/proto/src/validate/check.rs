//! The checks that generated implementations call: each adds a violation if the value breaks the rule, and says
//! whether it holds.
//!
//! Public only because generated code of tests calls it; not an interface for services.

use std::{collections::HashSet, fmt::Display, hash::Hash, sync::LazyLock};

use prost_types::FieldMask;
use regex::Regex;

pub use super::text::{email, hostname, matches, one_of, prefix, uri, uuid};
use super::{Path, Violation};

/// A regular expression, compiled at its first use.
pub type Pattern = LazyLock<Regex>;

/// Compiles an expression of the protos.
pub fn compile(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the build compiled this pattern")
}

/// Adds a violation unless the rule holds; answers whether it does.
pub(super) fn rule(
    holds: bool,
    rule: &'static str,
    description: impl FnOnce() -> String,
    path: &Path,
    out: &mut Vec<Violation>,
) -> bool {
    if !holds {
        out.push(Violation { field: path.as_str().to_owned(), rule, description: description() });
    }
    holds
}

/// The field is given: present, or not the zero of its type.
pub fn required(given: bool, path: &Path, out: &mut Vec<Violation>) -> bool {
    rule(given, "required", || "is missing: give a value".to_owned(), path, out)
}

/// One of the oneof's fields is given.
pub fn oneof_required(given: bool, choices: &str, path: &Path, out: &mut Vec<Violation>) -> bool {
    rule(given, "oneof.required", || format!("is missing: give exactly one of {choices}"), path, out)
}

/// At least `least` characters.
pub fn string_min_len(value: &str, least: u64, path: &Path, out: &mut Vec<Violation>) -> bool {
    // A character has at least one byte: most texts need no count.
    let holds = size(value.len()) >= least && size(value.chars().count()) >= least;
    rule(holds, "string.min_len", || too_short(size(value.chars().count()), least, "character"), path, out)
}

/// At most `most` characters.
pub fn string_max_len(value: &str, most: u64, path: &Path, out: &mut Vec<Violation>) -> bool {
    let holds = size(value.len()) <= most || size(value.chars().count()) <= most;
    rule(holds, "string.max_len", || too_long(size(value.chars().count()), most, "character"), path, out)
}

/// At least `least` bytes of UTF-8.
pub fn string_min_bytes(value: &str, least: u64, path: &Path, out: &mut Vec<Violation>) -> bool {
    let length = size(value.len());
    rule(length >= least, "string.min_bytes", || too_short(length, least, "byte"), path, out)
}

/// At most `most` bytes of UTF-8.
pub fn string_max_bytes(value: &str, most: u64, path: &Path, out: &mut Vec<Violation>) -> bool {
    let length = size(value.len());
    rule(length <= most, "string.max_bytes", || too_long(length, most, "byte"), path, out)
}

/// At least `least` bytes.
pub fn bytes_min_len(value: &[u8], least: u64, path: &Path, out: &mut Vec<Violation>) -> bool {
    let length = size(value.len());
    rule(length >= least, "bytes.min_len", || too_short(length, least, "byte"), path, out)
}

/// At most `most` bytes.
pub fn bytes_max_len(value: &[u8], most: u64, path: &Path, out: &mut Vec<Violation>) -> bool {
    let length = size(value.len());
    rule(length <= most, "bytes.max_len", || too_long(length, most, "byte"), path, out)
}

/// At least `least` entries.
pub fn repeated_min_items<T>(value: &[T], least: u64, path: &Path, out: &mut Vec<Violation>) -> bool {
    let length = size(value.len());
    let description = || format!("has too few entries: give at least {least}, not {length}");
    rule(length >= least, "repeated.min_items", description, path, out)
}

/// At most `most` entries.
pub fn repeated_max_items<T>(value: &[T], most: u64, path: &Path, out: &mut Vec<Violation>) -> bool {
    let length = size(value.len());
    let description = || format!("has too many entries: give at most {most}, not {length}");
    rule(length <= most, "repeated.max_items", description, path, out)
}

/// No entry twice.
pub fn unique<T: Eq + Hash>(value: &[T], path: &Path, out: &mut Vec<Violation>) -> bool {
    let mut seen = HashSet::with_capacity(value.len());
    let repeated = value.iter().position(|entry| !seen.insert(entry));
    let description = || {
        let index = repeated.unwrap_or_default();
        format!("has an entry twice: remove entry [{index}], which repeats an earlier one")
    };
    rule(repeated.is_none(), "repeated.unique", description, path, out)
}

/// Not below the limit.
pub fn gte<T: PartialOrd + Display>(
    value: T,
    limit: T,
    id: &'static str,
    path: &Path,
    out: &mut Vec<Violation>,
) -> bool {
    rule(value >= limit, id, || format!("is too small: give {limit} or more"), path, out)
}

/// Not above the limit.
pub fn lte<T: PartialOrd + Display>(
    value: T,
    limit: T,
    id: &'static str,
    path: &Path,
    out: &mut Vec<Violation>,
) -> bool {
    rule(value <= limit, id, || format!("is too large: give {limit} or less"), path, out)
}

/// Above the limit.
pub fn gt<T: PartialOrd + Display>(
    value: T,
    limit: T,
    id: &'static str,
    path: &Path,
    out: &mut Vec<Violation>,
) -> bool {
    rule(value > limit, id, || format!("is too small: give more than {limit}"), path, out)
}

/// Below the limit.
pub fn lt<T: PartialOrd + Display>(
    value: T,
    limit: T,
    id: &'static str,
    path: &Path,
    out: &mut Vec<Violation>,
) -> bool {
    rule(value < limit, id, || format!("is too large: give less than {limit}"), path, out)
}

/// A value that the enum defines.
pub fn defined(value: i32, values: &[i32], choices: &str, path: &Path, out: &mut Vec<Violation>) -> bool {
    let description = || format!("is no value of this enum: give one of {choices}");
    rule(values.contains(&value), "enum.defined_only", description, path, out)
}

/// A value that is not among the refused ones.
pub fn not_in(value: i32, refused: &[i32], choices: &str, path: &Path, out: &mut Vec<Violation>) -> bool {
    let description = || format!("has a value that is not taken here: give one of {choices}");
    rule(!refused.contains(&value), "enum.not_in", description, path, out)
}

/// Every path of a mask begins with a field of the resource, or the mask is `*`.
pub fn mask_paths(mask: &FieldMask, fields: &[&str], path: &mut Path, out: &mut Vec<Violation>) {
    if covers_all(mask) {
        return;
    }
    let outer = path.enter("paths");
    for (index, given) in mask.paths.iter().enumerate() {
        let first = given.split('.').next().unwrap_or_default();
        let mark = path.index(index);
        let description = || format!("is no field of the resource: give some of {}", fields.join(", "));
        rule(fields.contains(&first), "field_mask.known", description, path, out);
        path.leave(mark);
    }
    path.leave(outer);
}

/// Drops the violations, from `before` on, of fields of the resource at `path` that the mask leaves out. What
/// identifies the resource and its state is always checked.
pub fn only_masked(mask: Option<&FieldMask>, before: usize, path: &Path, out: &mut Vec<Violation>) {
    let Some(mask) = mask.filter(|mask| !covers_all(mask) && !mask.paths.is_empty()) else {
        return;
    };
    let found = out.split_off(before);
    out.extend(found.into_iter().filter(|violation| {
        let field = violation.field.strip_prefix(path.as_str()).and_then(|rest| rest.strip_prefix('.'));
        field.is_none_or(|field| {
            matches!(field, "name" | "etag") || mask.paths.iter().any(|masked| overlap(masked, field))
        })
    }));
}

fn covers_all(mask: &FieldMask) -> bool {
    matches!(&mask.paths[..], [all] if all == "*")
}

/// Whether one path lies within the other; `a[3].b` counts as `a.b`.
fn overlap(masked: &str, field: &str) -> bool {
    let plain = |segment: &str| segment.split('[').next().unwrap_or_default().to_owned();
    masked.split('.').zip(field.split('.')).all(|(left, right)| plain(left) == plain(right))
}

fn size(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

fn too_short(length: u64, least: u64, unit: &str) -> String {
    if length == 0 {
        return "is empty: give a value".to_owned();
    }
    format!("is too short: give at least {least} {unit}{}, not {length}", plural(least))
}

fn too_long(length: u64, most: u64, unit: &str) -> String {
    format!("is too long: give at most {most} {unit}{}, not {length}", plural(most))
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}
