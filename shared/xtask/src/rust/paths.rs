//! Which paths a source file names, each made absolute where it is about the crate itself.

use std::path::Path;

use super::blank::blank;
use super::tokens::{Token, tokens, word};

/// A path in the source, e.g. `["crate", "store", "orders"]` or `["tonic", "Status"]`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// Begins with `crate` for everything inside the crate, else with the first name as written.
    pub segments: Vec<String>,
    /// Counted from 1.
    pub line: usize,
}

/// Every path that the text names, `self` and `super` resolved. `file` is relative to `src`.
pub(crate) fn named_paths(file: &Path, text: &str) -> Vec<Named> {
    let mut reader = Reader {
        tokens: tokens(&blank(text)),
        at: 0,
        module: module_of(file),
        inline: Vec::new(),
        depth: 0,
        found: Vec::new(),
    };
    reader.read();
    reader.found
}

/// `api/convert.rs` -> `["api", "convert"]`; `lib.rs` and `main.rs` are the root.
fn module_of(file: &Path) -> Vec<String> {
    let mut module: Vec<String> =
        file.with_extension("").components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
    let last = module.last().map(String::as_str);
    if last == Some("mod") || (module.len() == 1 && matches!(last, Some("lib" | "main"))) {
        module.pop();
    }
    module
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
    module: Vec<String>,
    /// Depth of braces at which each inline module ends.
    inline: Vec<usize>,
    depth: usize,
    found: Vec<Named>,
}

impl Reader {
    fn read(&mut self) {
        while self.at < self.tokens.len() {
            match self.text(0) {
                // `impl Trait + use<'a>` is no import.
                "use" if self.text(1) != "<" => {
                    self.at += 1;
                    self.use_tree(&[]);
                }
                "mod" if self.text(2) == "{" => self.enter_module(),
                "{" => {
                    self.depth += 1;
                    self.at += 1;
                }
                "}" => self.close_brace(),
                "::" => self.at += 1,
                _ if word(&self.tokens[self.at]) => self.plain_path(),
                _ => self.at += 1,
            }
        }
    }

    fn text(&self, ahead: usize) -> &str {
        self.tokens.get(self.at + ahead).map_or("", |t| t.text.as_str())
    }

    fn enter_module(&mut self) {
        let name = self.text(1).to_owned();
        self.module.push(name);
        self.depth += 1;
        self.inline.push(self.depth);
        self.at += 3;
    }

    fn close_brace(&mut self) {
        if self.inline.last() == Some(&self.depth) {
            self.inline.pop();
            self.module.pop();
        }
        self.depth = self.depth.saturating_sub(1);
        self.at += 1;
    }

    /// `a::b::c` in code; a single name says nothing about where it comes from.
    fn plain_path(&mut self) {
        let line = self.tokens[self.at].line;
        let mut segments = vec![self.text(0).to_owned()];
        self.at += 1;
        while self.text(0) == "::" && self.tokens.get(self.at + 1).is_some_and(word) {
            segments.push(self.text(1).to_owned());
            self.at += 2;
        }
        if segments.len() > 1 {
            self.add(segments, line);
        }
    }

    /// One branch of a `use` tree; `prefix` is what stands before it.
    fn use_tree(&mut self, prefix: &[String]) {
        let mut segments = prefix.to_vec();
        let line = self.tokens.get(self.at).map_or(0, |t| t.line);
        loop {
            match self.text(0) {
                "::" => self.at += 1,
                "{" => return self.use_group(&segments),
                "as" => self.at += 2,
                "" | ";" | "," | "}" => break,
                name => {
                    segments.push(name.to_owned());
                    self.at += 1;
                }
            }
        }
        self.add(segments, line);
    }

    fn use_group(&mut self, prefix: &[String]) {
        self.at += 1;
        loop {
            match self.text(0) {
                "}" => {
                    self.at += 1;
                    return;
                }
                "" => return,
                "," => self.at += 1,
                _ => self.use_tree(prefix),
            }
        }
    }

    fn add(&mut self, mut segments: Vec<String>, line: usize) {
        let first = segments.first().map(String::as_str);
        if matches!(first, Some("self" | "super")) {
            segments = self.absolute(segments);
        }
        if !segments.is_empty() {
            self.found.push(Named { segments, line });
        }
    }

    fn absolute(&self, segments: Vec<String>) -> Vec<String> {
        let mut base = self.module.clone();
        let mut rest = segments.into_iter().peekable();
        while let Some(name) = rest.peek() {
            match name.as_str() {
                "self" => {}
                "super" => {
                    base.pop();
                }
                _ => break,
            }
            rest.next();
        }
        std::iter::once("crate".to_owned()).chain(base).chain(rest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(file: &str, text: &str) -> Vec<String> {
        named_paths(Path::new(file), text)
            .into_iter()
            .map(|named| format!("{}:{}", named.line, named.segments.join("::")))
            .collect()
    }

    #[test]
    fn use_trees_are_spread_out() {
        assert_eq!(
            paths("api/mod.rs", "use crate::{ops, store::{self, x as y}};\nuse tonic;"),
            ["1:crate::ops", "1:crate::store::self", "1:crate::store::x", "2:tonic"]
        );
    }

    #[test]
    fn super_and_self_are_resolved_also_inside_inline_modules() {
        let text = "use super::super::store;\nmod a {\n use super::b;\n}\nfn f() { self::c(); }";
        assert_eq!(
            paths("ops/orders/place.rs", text),
            ["1:crate::ops::store", "3:crate::ops::orders::place::b", "5:crate::ops::orders::place::c"]
        );
        assert_eq!(paths("ops/mod.rs", "use super::store;"), ["1:crate::store"]);
    }

    #[test]
    fn paths_in_code_attributes_and_macros_count_and_text_does_not() {
        let text = "// tonic::A\n#[derive(diesel::Queryable)]\nlet s = \"prost::B\"; x(tonic::C::d(), 1);";
        assert_eq!(paths("store/a.rs", text), ["2:diesel::Queryable", "3:tonic::C::d"]);
    }
}
