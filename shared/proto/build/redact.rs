//! `Debug` for messages with fields marked `debug_redact`: tokens and link secrets must not reach a log through `{:?}`.

use prost_reflect::{DescriptorPool, FieldDescriptor, MessageDescriptor};

use crate::names::{self, Names};

/// The messages that have a field to hide.
pub(crate) fn messages(pool: &DescriptorPool) -> Result<Vec<MessageDescriptor>, String> {
    let all = pool.all_messages().filter(|m| m.package_name().starts_with(crate::emit::OWN));
    let found: Vec<_> = all.filter(|m| m.fields().any(|f| is_hidden(&f))).collect();
    for message in &found {
        // Its value lies in an enum that derives Debug, and so would show.
        if let Some(field) = message.fields().find(|f| is_hidden(f) && f.containing_oneof().is_some()) {
            return Err(format!("{}: debug_redact is not known for members of a oneof", field.full_name()));
        }
    }
    Ok(found)
}

/// The source of their `impl Debug`.
pub(crate) fn implementations(messages: &[MessageDescriptor], names: &Names) -> String {
    messages.iter().map(|message| implementation(message, names)).collect()
}

fn implementation(message: &MessageDescriptor, names: &Names) -> String {
    let members: String = message
        .fields()
        .filter(|f| f.containing_oneof().is_none_or(|o| o.is_synthetic()))
        .map(|field| (field.name().to_owned(), is_hidden(&field)))
        .chain(message.oneofs().filter(|o| !o.is_synthetic()).map(|o| (o.name().to_owned(), false)))
        .map(|(name, hidden)| match hidden {
            true => format!(".field({name:?}, &format_args!(\"[redacted]\"))\n"),
            false => format!(".field({name:?}, &self.{})\n", names::identifier(&name)),
        })
        .collect();
    format!(
        "impl ::core::fmt::Debug for {} {{\nfn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result \
         {{\nf.debug_struct({:?})\n{members}.finish()\n}}\n}}\n",
        names.message(message),
        message.name(),
    )
}

fn is_hidden(field: &FieldDescriptor) -> bool {
    field.options().get_field_by_name("debug_redact").is_some_and(|value| value.as_bool() == Some(true))
}
