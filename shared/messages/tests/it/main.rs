//! The catalogue: complete, and read as it is meant.

mod catalogue;
mod complete;
mod reasons;
mod rules;
mod texts;
