//! How prost spells proto names in Rust. Uses the crate that prost itself uses for it.

use heck::{ToSnakeCase, ToUpperCamelCase};
use prost_reflect::MessageDescriptor;

/// Where the generated modules lie, e.g. `crate::generated`.
pub(crate) struct Names {
    pub(crate) root: &'static str,
}

impl Names {
    /// Path of a message's struct.
    pub(crate) fn message(&self, message: &MessageDescriptor) -> String {
        format!("{}::{}", self.module_of(message), message.name().to_upper_camel_case())
    }

    /// Path of a oneof's enum.
    pub(crate) fn oneof(&self, message: &MessageDescriptor, oneof: &str) -> String {
        let module = identifier(message.name());
        format!("{}::{module}::{}", self.module_of(message), oneof.to_upper_camel_case())
    }

    /// Nested messages lie in a module named after the outer one.
    fn module_of(&self, message: &MessageDescriptor) -> String {
        if let Some(outer) = message.parent_message() {
            return format!("{}::{}", self.module_of(&outer), identifier(outer.name()));
        }
        let package: Vec<_> = message.package_name().split('.').map(identifier).collect();
        format!("{}::{}", self.root, package.join("::"))
    }
}

/// A field's or module's name: snake case, keywords escaped.
pub(crate) fn identifier(name: &str) -> String {
    let snake = name.to_snake_case();
    match snake.as_str() {
        "self" | "super" | "extern" | "crate" => format!("{snake}_"),
        _ if KEYWORDS.contains(&snake.as_str()) => format!("r#{snake}"),
        _ => snake,
    }
}

/// A variant of a oneof.
pub(crate) fn variant(name: &str) -> String {
    name.to_upper_camel_case()
}

const KEYWORDS: [&str; 44] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
    "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut",
    "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe",
    "unsized", "use", "virtual",
];
