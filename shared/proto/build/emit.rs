//! Placeholder: implementations without rules.
use crate::names;
use prost_reflect::MessageDescriptor;
/// Sources of `impl Validate` for the messages.
pub(crate) fn implementations(messages: &[MessageDescriptor]) -> Result<String, String> {
    Ok(messages.iter().map(|m| format!("impl crate::validate::Validate for {} {{\n    fn validate(&self, _path: &mut crate::validate::Path, _out: &mut Vec<crate::validate::Violation>) {{}}\n}}\n", names::message_path(m))).collect())
}
