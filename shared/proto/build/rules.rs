//! Reads the `buf.validate` rules of fields and oneofs out of the descriptors.
//!
//! Knows every rule that the suite uses. Any other is a fault, because a rule that is written in a proto and not
//! enforced is worse than none.

use prost_reflect::{
    DescriptorPool, DynamicMessage, ExtensionDescriptor, FieldDescriptor, Kind, MessageDescriptor, OneofDescriptor,
    ReflectMessage, Value,
};

use crate::options;

/// The rules of one field, or of each entry of a repeated field.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct FieldRules {
    /// The field must be given.
    pub(crate) required: bool,
    /// The other rules hold only for a value that is not the type's zero.
    pub(crate) skip_zero: bool,
    /// How long the value may be. Checked before the content, so that no pattern runs over an oversized text.
    pub(crate) bounds: Vec<Bound>,
    /// What the value may be.
    pub(crate) content: Vec<Content>,
    /// The rules of each entry.
    pub(crate) items: Option<Box<FieldRules>>,
}

/// A rule about length: its id and its limit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bound {
    pub(crate) rule: String,
    pub(crate) limit: u64,
}

/// A rule about what a value may be.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Content {
    Pattern(String),
    Email,
    Uuid,
    Hostname,
    Uri,
    Prefix(String),
    In(Vec<String>),
    Unique,
    Defined,
    NotIn(Vec<i32>),
    /// `gte`, `lte`, `gt` or `lt`, with the full rule id and the limit as a Rust literal.
    Compare {
        op: &'static str,
        rule: String,
        limit: String,
    },
}

/// The extensions that carry rules.
pub(crate) struct Reader {
    field: ExtensionDescriptor,
    oneof: ExtensionDescriptor,
    message: ExtensionDescriptor,
}

impl Reader {
    pub(crate) fn new(pool: &DescriptorPool) -> Result<Self, String> {
        Ok(Self {
            field: options::extension(pool, "buf.validate.field")?,
            oneof: options::extension(pool, "buf.validate.oneof")?,
            message: options::extension(pool, "buf.validate.message")?,
        })
    }

    /// The rules of a field.
    pub(crate) fn field(&self, field: &FieldDescriptor) -> Result<FieldRules, String> {
        let Some(message) = options::message(&field.options(), &self.field) else {
            return Ok(FieldRules::default());
        };
        let shape = if field.is_map() {
            Shape::Map
        } else if field.is_list() {
            Shape::List
        } else {
            Shape::Single
        };
        field_rules(&message, &field.kind(), shape).map_err(|fault| format!("{}: {fault}", field.full_name()))
    }

    /// Whether one of the oneof's fields must be given.
    pub(crate) fn oneof_required(&self, oneof: &OneofDescriptor) -> Result<bool, String> {
        let Some(rules) = options::message(&oneof.options(), &self.oneof) else {
            return Ok(false);
        };
        known(&rules, &["required"]).map_err(|fault| format!("{}: {fault}", oneof.full_name()))?;
        Ok(options::value(&rules, "required").as_bool() == Some(true))
    }

    /// Fails if the message as a whole has rules: none of those is known.
    pub(crate) fn message(&self, message: &MessageDescriptor) -> Result<(), String> {
        match options::message(&message.options(), &self.message) {
            Some(rules) => known(&rules, &[]).map_err(|fault| format!("{}: {fault}", message.full_name())),
            None => Ok(()),
        }
    }
}

/// How many values a field has.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Single,
    List,
    Map,
}

fn field_rules(message: &DynamicMessage, kind: &Kind, shape: Shape) -> Result<FieldRules, String> {
    let kind_name = kind_name(kind);
    known(message, &["required", "ignore", "repeated", kind_name])?;
    let mut rules = FieldRules {
        required: options::value(message, "required").as_bool() == Some(true),
        skip_zero: skip_zero(message)?,
        ..FieldRules::default()
    };
    for (field, value) in message.fields() {
        let Some(of_type) = value.as_message() else {
            continue;
        };
        match (field.name(), shape) {
            ("repeated", Shape::List) => repeated(of_type, kind, &mut rules)?,
            (name, Shape::Single) if name == kind_name => typed(of_type, kind_name, &mut rules)?,
            (name, _) => return Err(format!("rules of {name} do not fit the type of the field")),
        }
    }
    consistent(&rules)?;
    Ok(rules)
}

fn kind_name(kind: &Kind) -> &'static str {
    match kind {
        Kind::String => "string",
        Kind::Bytes => "bytes",
        Kind::Enum(_) => "enum",
        Kind::Int32 => "int32",
        Kind::Int64 => "int64",
        Kind::Uint32 => "uint32",
        Kind::Uint64 => "uint64",
        Kind::Double => "double",
        _ => "required", // a type that has no rules of its own here
    }
}

fn skip_zero(message: &DynamicMessage) -> Result<bool, String> {
    match options::value(message, "ignore").as_enum_number() {
        None | Some(0) => Ok(false),
        Some(1) => Ok(true),
        Some(other) => Err(format!("ignore = {other} is not known to the generator")),
    }
}

fn repeated(message: &DynamicMessage, kind: &Kind, rules: &mut FieldRules) -> Result<(), String> {
    known(message, &["min_items", "max_items", "unique", "items"])?;
    for name in ["min_items", "max_items"] {
        bound(message, "repeated", name, rules);
    }
    if options::value(message, "unique").as_bool() == Some(true) {
        if matches!(kind, Kind::Message(_) | Kind::Float | Kind::Double) {
            return Err("unique is known for texts, bytes, whole numbers and enums only".to_owned());
        }
        rules.content.push(Content::Unique);
    }
    if message.has_field_by_name("items") {
        let items = options::value(message, "items");
        let items = items.as_message().ok_or("items are no rules")?;
        rules.items = Some(Box::new(field_rules(items, kind, Shape::Single)?));
    }
    Ok(())
}

fn typed(message: &DynamicMessage, kind: &'static str, rules: &mut FieldRules) -> Result<(), String> {
    match kind {
        "string" => string(message, rules),
        "bytes" => {
            known(message, &["min_len", "max_len"])?;
            ["min_len", "max_len"].into_iter().for_each(|name| bound(message, "bytes", name, rules));
            Ok(())
        }
        "enum" => enumeration(message, rules),
        _ => number(message, kind, rules),
    }
}

fn string(message: &DynamicMessage, rules: &mut FieldRules) -> Result<(), String> {
    let lengths = ["min_len", "max_len", "min_bytes", "max_bytes"];
    let flags =
        [("email", Content::Email), ("uuid", Content::Uuid), ("hostname", Content::Hostname), ("uri", Content::Uri)];
    known(message, &[&lengths[..], &flags.each_ref().map(|f| f.0), &["pattern", "prefix", "in"]].concat())?;
    lengths.into_iter().for_each(|name| bound(message, "string", name, rules));
    for (name, content) in flags {
        if options::value(message, name).as_bool() == Some(true) {
            rules.content.push(content);
        }
    }
    if message.has_field_by_name("prefix") {
        rules.content.push(Content::Prefix(options::text(message, "prefix")));
    }
    if message.has_field_by_name("pattern") {
        rules.content.push(Content::Pattern(pattern(options::text(message, "pattern"))?));
    }
    let allowed = options::value(message, "in");
    let allowed = allowed.as_list().unwrap_or_default();
    if !allowed.is_empty() {
        rules.content.push(Content::In(allowed.iter().filter_map(Value::as_str).map(str::to_owned).collect()));
    }
    Ok(())
}

/// A pattern must mean the same here and to every other reader of the protos.
fn pattern(text: String) -> Result<String, String> {
    if !text.starts_with('^') || !text.ends_with('$') {
        return Err(format!("pattern {text} is not anchored by ^ and $"));
    }
    // Unicode classes in Rust, ASCII classes in RE2.
    if ["\\d", "\\w", "\\s", "\\b"].into_iter().any(|class| text.to_lowercase().contains(class)) {
        return Err(format!("pattern {text}: spell its character classes out"));
    }
    regex::Regex::new(&text).map_err(|fault| fault.to_string())?;
    Ok(text)
}

fn enumeration(message: &DynamicMessage, rules: &mut FieldRules) -> Result<(), String> {
    known(message, &["defined_only", "not_in"])?;
    if options::value(message, "defined_only").as_bool() == Some(true) {
        rules.content.push(Content::Defined);
    }
    let refused = options::value(message, "not_in");
    let refused: Vec<_> = refused.as_list().into_iter().flatten().filter_map(Value::as_i32).collect();
    if !refused.is_empty() {
        rules.content.push(Content::NotIn(refused));
    }
    Ok(())
}

fn number(message: &DynamicMessage, kind: &'static str, rules: &mut FieldRules) -> Result<(), String> {
    let operators = ["gte", "lte", "gt", "lt"];
    known(message, &operators)?;
    for op in operators.into_iter().filter(|op| message.has_field_by_name(op)) {
        let limit = match options::value(message, op) {
            Value::I32(limit) => format!("{limit}_i32"),
            Value::I64(limit) => format!("{limit}_i64"),
            Value::U32(limit) => format!("{limit}_u32"),
            Value::U64(limit) => format!("{limit}_u64"),
            Value::F64(limit) if limit.is_finite() => format!("{limit:?}_f64"),
            other => return Err(format!("{kind}.{op} has the limit {other:?}")),
        };
        rules.content.push(Content::Compare { op, rule: format!("{kind}.{op}"), limit });
    }
    Ok(())
}

fn bound(message: &DynamicMessage, kind: &str, name: &str, rules: &mut FieldRules) {
    if message.has_field_by_name(name) {
        let limit = options::value(message, name).as_u64().unwrap_or_default();
        rules.bounds.push(Bound { rule: format!("{kind}.{name}"), limit });
    }
}

/// Fails on whatever the message says beyond the `names`.
fn known(message: &DynamicMessage, names: &[&str]) -> Result<(), String> {
    let of = message.descriptor();
    if let Some((field, _)) = message.fields().find(|(field, _)| !names.contains(&field.name())) {
        return Err(format!("the generator does not know the rule {} of {} here", field.name(), of.full_name()));
    }
    if message.unknown_fields().next().is_some() || message.extensions().next().is_some() {
        return Err(format!("{} has rules that its proto does not define", of.full_name()));
    }
    Ok(())
}

/// Fails on limits that nothing can satisfy.
fn consistent(rules: &FieldRules) -> Result<(), String> {
    let limit = |suffix: &str| rules.bounds.iter().find(|b| b.rule.ends_with(suffix)).map(|b| b.limit);
    for (low, high) in [("min_len", "max_len"), ("min_bytes", "max_bytes"), ("min_items", "max_items")] {
        if let (Some(least), Some(most)) = (limit(low), limit(high))
            && least > most
        {
            return Err(format!("{low} is above {high}"));
        }
    }
    Ok(())
}
