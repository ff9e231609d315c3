//! What people are told, in the languages of the suite: the texts of errors and outcomes, and which language a caller gets.
//!
//! The texts stand in `catalogue/<language>/<service>.ftl` (Project Fluent), those of the reasons that every service shares in
//! `shared.ftl`, those of broken rules in `rules.ftl`. Programs act on reasons and enums, which are the same in every language, and never on these texts. Knows
//! neither the wire nor any service: a text is found by names alone.

mod catalogue;
mod locale;
mod negotiate;

pub use catalogue::{error, rule, text};
pub use locale::Locale;
