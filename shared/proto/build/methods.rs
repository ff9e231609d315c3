//! The table of methods: what each RPC declares about itself, as Rust constants.
//!
//! An RPC of the suite without permission, policy or HTTP path ends the build.

use std::fmt::Write as _;

use prost_reflect::{DescriptorPool, DynamicMessage, ExtensionDescriptor, MethodDescriptor, ReflectMessage};

use crate::options;

/// The options that every RPC must have.
struct Wanted {
    permission: ExtensionDescriptor,
    policy: ExtensionDescriptor,
    http: ExtensionDescriptor,
}

/// The source of the expression that lists every RPC of `dialtone.*`, sorted by path.
pub(crate) fn table(pool: &DescriptorPool) -> Result<String, String> {
    let wanted = Wanted {
        permission: options::extension(pool, "dialtone.annotations.v1.permission")?,
        policy: options::extension(pool, "dialtone.annotations.v1.policy")?,
        http: options::extension(pool, "google.api.http")?,
    };
    let mut entries = Vec::new();
    let mut faults = Vec::new();
    let services = pool.services().filter(|s| s.full_name().starts_with("dialtone."));
    for method in services.flat_map(|s| s.methods().collect::<Vec<_>>()) {
        match entry(&method, &wanted) {
            Ok(entry) => entries.push((path(&method), entry)),
            Err(fault) => faults.push(format!("{}: {fault}", method.full_name())),
        }
    }
    if !faults.is_empty() {
        return Err(faults.join("\n"));
    }
    entries.sort();
    let list: String = entries.into_iter().map(|(_, entry)| entry).collect();
    Ok(format!("&[\n{list}]\n"))
}

fn path(method: &MethodDescriptor) -> String {
    format!("/{}/{}", method.parent_service().full_name(), method.name())
}

fn entry(method: &MethodDescriptor, wanted: &Wanted) -> Result<String, String> {
    let options = method.options();
    let need = |extension: &ExtensionDescriptor| {
        options::message(&options, extension).ok_or_else(|| format!("has no ({})", extension.full_name()))
    };
    let permission = permission(&need(&wanted.permission)?)?;
    let policy = policy(&need(&wanted.policy)?, method)?;
    let http = bindings(&need(&wanted.http)?)?;
    Ok(format!(
        "    Method {{\n        path: {:?},\n        service: {:?},\n        name: {:?},\n        request: {:?},\n        \
         response: {:?},\n        client_streaming: {},\n        server_streaming: {},\n        \
         permission: {permission},\n        policy: {policy},\n        http: {http},\n    }},\n",
        path(method),
        method.parent_service().full_name(),
        method.name(),
        method.input().full_name(),
        method.output().full_name(),
        method.is_client_streaming(),
        method.is_server_streaming(),
    ))
}

fn permission(message: &DynamicMessage) -> Result<String, String> {
    let name = options::text(message, "name");
    if !name.contains('.') {
        return Err(format!("permission name `{name}` is not of the form collection.verb"));
    }
    let services: Vec<_> = options::value(message, "services")
        .as_list()
        .into_iter()
        .flatten()
        .filter_map(|v| v.as_str().map(str::to_owned))
        .collect();
    let role = variant(message, "least_role", "ROLE_")?;
    let [contact, anonymous, any] =
        ["setup_contact", "anonymous", "any_caller"].map(|f| options::value(message, f).as_bool() == Some(true));
    if role == "Unspecified" && services.is_empty() && !contact && !anonymous && !any {
        return Err("permission lets nobody in".to_owned());
    }
    Ok(format!(
        "Permission {{ name: {name:?}, least_role: Role::{role}, services: &{services:?}, setup_contact: {contact}, \
         anonymous: {anonymous}, any_caller: {any} }}"
    ))
}

fn policy(message: &DynamicMessage, method: &MethodDescriptor) -> Result<String, String> {
    let retry = variant(message, "retry", "RETRY_")?;
    if retry == "Unspecified" {
        return Err("policy does not say when a call may be retried".to_owned());
    }
    let deadline = match options::value(message, "deadline_ms").as_u32() {
        Some(0) | None if method.is_client_streaming() || method.is_server_streaming() => "None".to_owned(),
        Some(0) | None => {
            return Err("policy has no deadline, and the method is no stream".to_owned());
        }
        Some(millis) => format!("Some(Duration::from_millis({millis}))"),
    };
    Ok(format!("Policy {{ deadline: {deadline}, retry: Retry::{retry} }}"))
}

/// The Rust variant of an enum field, as prost names it.
fn variant(message: &DynamicMessage, field: &str, prefix: &str) -> Result<String, String> {
    let number = options::value(message, field).as_enum_number().unwrap_or_default();
    let descriptor = message.descriptor().get_field_by_name(field).and_then(|f| f.kind().as_enum().cloned());
    let value = descriptor.and_then(|d| d.get_value(number)).ok_or_else(|| format!("{field} has no value {number}"))?;
    Ok(crate::names::variant(value.name().strip_prefix(prefix).unwrap_or(value.name())))
}

/// `google.api.http` with its additional bindings.
fn bindings(rule: &DynamicMessage) -> Result<String, String> {
    let mut list = String::new();
    let more = options::value(rule, "additional_bindings");
    let more = more.as_list().into_iter().flatten().filter_map(|v| v.as_message());
    for rule in std::iter::once(rule).chain(more) {
        let verb = ["get", "put", "post", "delete", "patch"].into_iter().find(|v| rule.has_field_by_name(v));
        let verb = verb.ok_or("google.api.http names no verb of HTTP")?;
        let (path, body) = (options::text(rule, verb), options::text(rule, "body"));
        if !path.starts_with("/v1/") {
            return Err(format!("the HTTP path {path} does not begin with /v1/"));
        }
        write!(list, "Http {{ verb: {:?}, path: {path:?}, body: {body:?} }}, ", verb.to_uppercase())
            .expect("a String takes everything");
    }
    Ok(format!("&[{list}]"))
}
