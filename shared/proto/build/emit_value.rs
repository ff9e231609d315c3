//! Writes the checks of a single value, which the Rust variable `value` refers to, and of a list as a whole.

use std::fmt::Write as _;

use prost_reflect::{EnumDescriptor, FieldDescriptor, Kind};

use crate::rules::{Bound, Content, FieldRules};

const FITS: &str = "a String takes everything";

/// The regular expressions in use, each compiled once per process.
#[derive(Default)]
pub(crate) struct Patterns(Vec<String>);

impl Patterns {
    /// The name of the static that holds this pattern.
    fn name(&mut self, pattern: &str) -> String {
        let index = self.0.iter().position(|p| p == pattern).unwrap_or_else(|| {
            self.0.push(pattern.to_owned());
            self.0.len() - 1
        });
        format!("PATTERN_{index}")
    }

    /// The statics.
    pub(crate) fn declarations(&self) -> String {
        self.0.iter().enumerate().fold(String::new(), |mut out, (index, pattern)| {
            writeln!(
                out,
                "static PATTERN_{index}: check::Pattern = check::Pattern::new(|| check::compile({pattern:?}));"
            )
            .expect(FITS);
            out
        })
    }
}

/// The checks of one value.
pub(crate) fn checks(field: &FieldDescriptor, rules: &FieldRules, patterns: &mut Patterns) -> Result<String, String> {
    let mut content = String::new();
    for rule in &rules.content {
        content += &content_check(field, rule, &rules.content, patterns)?;
    }
    let checks = after_bounds(&rules.bounds, "value", &content);
    if rules.skip_zero && !checks.is_empty() {
        return Ok(format!("if {} {{\n{checks}}}\n", not_zero(field, "value")));
    }
    Ok(checks)
}

/// The checks of a list as a whole; then those of each entry, unless the list is too long or repeats itself.
pub(crate) fn list(rules: &FieldRules, place: &str, each: &str) -> String {
    let mut rest = each.to_owned();
    if rules.content.contains(&Content::Unique) {
        let call = format!("check::unique(&{place}, path, out)");
        rest = if each.is_empty() { format!("{call};\n") } else { format!("if {call} {{\n{each}}}\n") };
    }
    let checks = after_bounds(&rules.bounds, &format!("&{place}"), &rest);
    if rules.skip_zero && !checks.is_empty() {
        return format!("if !{place}.is_empty() {{\n{checks}}}\n");
    }
    checks
}

/// Whether the value behind the reference `place` is not the zero of its type.
pub(crate) fn not_zero(field: &FieldDescriptor, place: &str) -> String {
    match field.kind() {
        Kind::String | Kind::Bytes => format!("!({place}).is_empty()"),
        Kind::Bool => format!("*({place})"),
        Kind::Double | Kind::Float => format!("*({place}) != 0.0"),
        _ => format!("*({place}) != 0"),
    }
}

/// Length rules first: what lies behind them runs only over values of a sane size.
fn after_bounds(bounds: &[Bound], place: &str, rest: &str) -> String {
    let calls: Vec<_> = bounds
        .iter()
        .map(|bound| format!("check::{}({place}, {}, path, out)", bound.rule.replace('.', "_"), bound.limit))
        .collect();
    match (calls.is_empty(), rest.is_empty()) {
        (true, _) => rest.to_owned(),
        (false, true) => calls.into_iter().map(|call| format!("{call};\n")).collect(),
        (false, false) => format!("if {} {{\n{rest}}}\n", calls.join(" & ")),
    }
}

fn content_check(
    field: &FieldDescriptor,
    rule: &Content,
    all: &[Content],
    patterns: &mut Patterns,
) -> Result<String, String> {
    let call = match rule {
        Content::Email => "email(value, ".to_owned(),
        Content::Uuid => "uuid(value, ".to_owned(),
        Content::Hostname => "hostname(value, ".to_owned(),
        Content::Uri => "uri(value, ".to_owned(),
        Content::Prefix(prefix) => format!("prefix(value, {prefix:?}, "),
        Content::In(allowed) => format!("one_of(value, &{allowed:?}, "),
        Content::Pattern(pattern) => {
            format!("matches(value, &{}, {:?}, ", patterns.name(pattern), pattern_remedy(pattern))
        }
        Content::Compare { op, rule, limit } => format!("{op}(*value, {limit}, {rule:?}, "),
        Content::Defined => {
            let values = enumeration(field)?.values().map(|v| v.number()).collect::<Vec<_>>();
            format!("defined(*value, &{values:?}, {:?}, ", choices(field, all)?)
        }
        Content::NotIn(refused) => {
            format!("not_in(*value, &{refused:?}, {:?}, ", choices(field, all)?)
        }
        Content::Unique => return Ok(String::new()),
    };
    Ok(format!("check::{call}path, out);\n"))
}

fn enumeration(field: &FieldDescriptor) -> Result<EnumDescriptor, String> {
    field.kind().as_enum().cloned().ok_or_else(|| "is no enum".to_owned())
}

/// The values that a caller may send, for the description of a violation. Zero says "not given" and is never advised.
fn choices(field: &FieldDescriptor, all: &[Content]) -> Result<String, String> {
    let refused = |number: i32| all.iter().any(|rule| matches!(rule, Content::NotIn(list) if list.contains(&number)));
    let values = enumeration(field)?;
    let advised = values.values().filter(|value| value.number() != 0 && !refused(value.number()));
    Ok(advised.map(|value| value.name().to_owned()).collect::<Vec<_>>().join(", "))
}

/// Names of resources are shown as names, other patterns as they are.
fn pattern_remedy(pattern: &str) -> String {
    let form = pattern.trim_start_matches('^').trim_end_matches('$');
    let name = form.replace("[0-9a-f-]{36}", "{id}").replace("[a-z-]+", "{service}");
    if name.contains("{id}") && !name.contains(['[', '(', '\\', '+', '*', '?']) {
        return format!("is not a name of the form `{name}`: copy it from the resource as the service returned it");
    }
    format!("does not have the form `{form}`: write it so that this regular expression matches all of it")
}
