//! How prost spells proto names in Rust. Uses the crate that prost itself uses for it.

use heck::{ToSnakeCase, ToUpperCamelCase};
use prost_reflect::MessageDescriptor;

/// Path of a message's struct, from inside the crate.
pub(crate) fn message_path(message: &MessageDescriptor) -> String {
    format!(
        "{}::{}",
        module_of(message),
        message.name().to_upper_camel_case()
    )
}

/// Path of a oneof's enum, from inside the crate.
pub(crate) fn oneof_path(message: &MessageDescriptor, oneof: &str) -> String {
    format!(
        "{}::{}::{}",
        module_of(message),
        identifier(message.name()),
        oneof.to_upper_camel_case()
    )
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

fn module_of(message: &MessageDescriptor) -> String {
    let outer = message.parent_message();
    let outer_module = outer
        .as_ref()
        .map(|m| format!("{}::{}", module_of(m), identifier(m.name())));
    outer_module.unwrap_or_else(|| {
        let package = message
            .package_name()
            .split('.')
            .map(identifier)
            .collect::<Vec<_>>();
        format!("crate::generated::{}", package.join("::"))
    })
}

const KEYWORDS: [&str; 44] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static",
    "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
];
