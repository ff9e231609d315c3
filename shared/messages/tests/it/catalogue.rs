//! The files of the catalogue as they stand in the source tree.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use dialtone_messages::Locale;
use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement},
    parser, serializer,
};

/// One text: its source without its key, and the parameters that it names.
#[derive(Debug, PartialEq, Eq)]
pub struct Text {
    pub source: String,
    pub parameters: BTreeSet<String>,
}

/// Texts by key.
pub type Texts = BTreeMap<String, Text>;

/// The names of the files, without `.ftl`, that a language has.
pub fn files(locale: Locale) -> BTreeSet<String> {
    let folder = fs::read_dir(folder(locale)).expect("each language has a folder");
    let names = folder.map(|entry| entry.expect("readable").file_name().into_string().expect("a plain name"));
    names.map(|name| name.strip_suffix(".ftl").expect("nothing but texts").to_owned()).collect()
}

/// The texts of one file.
pub fn texts(locale: Locale, file: &str) -> Texts {
    let source = fs::read_to_string(folder(locale).join(format!("{file}.ftl"))).expect("readable");
    let parsed = parser::parse(source).unwrap_or_else(|(_, errors)| panic!("{locale}/{file}.ftl: {errors:?}"));
    let mut texts = Texts::new();
    for entry in parsed.body {
        match entry {
            Entry::Message(message) => {
                let key = message.id.name.clone();
                let twice = texts.insert(key.clone(), text(message));
                assert!(twice.is_none(), "{locale}/{file}.ftl has {key} twice");
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            Entry::Term(_) | Entry::Junk { .. } => panic!("{locale}/{file}.ftl: nothing but messages is used here"),
        }
    }
    texts
}

fn folder(locale: Locale) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("catalogue").join(locale.tag())
}

fn text(message: Message<String>) -> Text {
    let pattern = message.value.expect("a text has a value");
    let mut parameters = BTreeSet::new();
    collect(&pattern, &mut parameters);
    let id = fluent_syntax::ast::Identifier { name: "x".to_owned() };
    let message = Message { id, value: Some(pattern), attributes: Vec::new(), comment: None };
    let resource = fluent_syntax::ast::Resource { body: vec![Entry::Message(message)] };
    Text { source: serializer::serialize(&resource), parameters }
}

fn collect(pattern: &Pattern<String>, parameters: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            match expression {
                Expression::Inline(inline) => parameter(inline, parameters),
                Expression::Select { selector, variants } => {
                    parameter(selector, parameters);
                    variants.iter().for_each(|variant| collect(&variant.value, parameters));
                }
            }
        }
    }
}

fn parameter(expression: &InlineExpression<String>, parameters: &mut BTreeSet<String>) {
    match expression {
        InlineExpression::VariableReference { id } => {
            parameters.insert(id.name.clone());
        }
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        other => panic!("only parameters and literals are used here, not {other:?}"),
    }
}
