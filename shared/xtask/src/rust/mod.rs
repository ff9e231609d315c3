//! Reads from Rust source which paths it names: `use` declarations and paths in code, with their lines.
//!
//! Enough for import rules, not a parser: it knows tokens, `use` trees and inline modules. It must not know the rules.

mod blank;
mod paths;
mod tokens;

pub(crate) use paths::named_paths;
