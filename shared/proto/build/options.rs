//! Reading of custom options, which the pool keeps as dynamic messages.

use prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, ReflectMessage, Value};

/// The extension of this full name.
pub(crate) fn extension(pool: &DescriptorPool, name: &str) -> Result<ExtensionDescriptor, String> {
    pool.all_extensions().find(|e| e.full_name() == name).ok_or_else(|| format!("the protos define no option {name}"))
}

/// The message that an option was set to, if it was set.
pub(crate) fn message(options: &DynamicMessage, extension: &ExtensionDescriptor) -> Option<DynamicMessage> {
    options.has_extension(extension).then(|| options.get_extension(extension).as_message().cloned()).flatten()
}

/// A string field; empty if it is not set.
pub(crate) fn text(message: &DynamicMessage, field: &str) -> String {
    value(message, field).as_str().unwrap_or_default().to_owned()
}

/// A field by its name; its default if it is not set.
///
/// # Panics
/// If the message has no such field: the option's proto changed and this generator did not.
pub(crate) fn value(message: &DynamicMessage, field: &str) -> Value {
    message
        .get_field_by_name(field)
        .unwrap_or_else(|| panic!("{} has no field {field}", message.descriptor().full_name()))
        .into_owned()
}
