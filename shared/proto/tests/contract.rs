//! What holds of the suite's protos as a whole, read from the descriptors.

use dialtone_proto::{DESCRIPTOR_POOL, Method, method, methods, methods::Retry};
use prost_reflect::{DynamicMessage, Kind, MessageDescriptor, MethodDescriptor, Value};

fn own() -> impl Iterator<Item = (MethodDescriptor, &'static Method)> {
    let services = DESCRIPTOR_POOL.services().filter(|s| s.full_name().starts_with("dialtone."));
    services.flat_map(|service| service.methods().collect::<Vec<_>>()).map(|rpc| {
        let path = format!("/{}/{}", rpc.parent_service().full_name(), rpc.name());
        let entry = method(&path).unwrap_or_else(|| panic!("{path} is not in the table"));
        (rpc, entry)
    })
}

fn none(offenders: &[String], what: &str) {
    assert!(offenders.is_empty(), "{what}:\n{}", offenders.join("\n"));
}

#[test]
fn the_table_says_what_the_descriptors_say() {
    let mut count = 0;
    for (rpc, entry) in own() {
        assert_eq!(entry.service, rpc.parent_service().full_name());
        assert_eq!(entry.name, rpc.name());
        assert_eq!(entry.request, rpc.input().full_name());
        assert_eq!(entry.response, rpc.output().full_name());
        assert_eq!(entry.client_streaming, rpc.is_client_streaming());
        assert_eq!(entry.server_streaming, rpc.is_server_streaming());
        count += 1;
    }
    assert_eq!(count, methods().iter().filter(|m| m.service.starts_with("dialtone.")).count());
    assert!(methods().is_sorted_by(|a, b| a.path < b.path), "two entries for one path");
    assert_eq!(method("/dialtone.orgfinder.v1.OrganizationService/NoSuchMethod"), None);
}

#[test]
fn operations_of_the_standard_are_all_in_the_table_at_their_own_paths() {
    let http = DESCRIPTOR_POOL.get_extension_by_name("google.api.http").expect("google.api.http");
    let service = DESCRIPTOR_POOL.get_service_by_name("google.longrunning.Operations").expect("Operations");
    for rpc in service.methods() {
        let path = format!("/google.longrunning.Operations/{}", rpc.name());
        let entry = method(&path).unwrap_or_else(|| panic!("{path} is not in the table"));
        assert_eq!((entry.request, entry.response), (rpc.input().full_name(), rpc.output().full_name()));
        let options = rpc.options();
        let rule = options.get_extension(&http);
        let rule = rule.as_message().expect("an HTTP rule");
        if let Some((verb, Value::String(path))) = rule.fields().find(|(f, _)| f.name() != "body") {
            assert_eq!((entry.http[0].verb, entry.http[0].path), (&*verb.name().to_uppercase(), path.as_str()));
        }
    }
}

#[test]
fn services_call_each_other_only_as_the_architecture_allows() {
    let offenders: Vec<_> = own()
        .filter(|(rpc, _)| rpc.parent_service().package_name() != "dialtone.events.v1")
        .flat_map(|(rpc, entry)| {
            let allowed: &[&str] = match rpc.parent_service().package_name() {
                "dialtone.orgfinder.v1" => &["gateway", "templates", "subscriptions", "user-provisioning"],
                "dialtone.templates.v1" => &["gateway", "subscriptions", "user-provisioning"],
                "dialtone.userprovisioning.v1" | "dialtone.operations.v1" => &["gateway", "subscriptions"],
                _ => &["gateway"],
            };
            let others = entry.permission.services.iter().filter(move |service| !allowed.contains(service));
            others.map(|service| format!("{} by {service}", entry.path)).collect::<Vec<_>>()
        })
        .collect();
    none(&offenders, "calls that the architecture does not know");
}

/// The messages that a caller can send, each once.
fn requests() -> Vec<MessageDescriptor> {
    fn visit(message: MessageDescriptor, found: &mut Vec<MessageDescriptor>) {
        if !message.full_name().starts_with("dialtone.") || found.contains(&message) {
            return;
        }
        found.push(message.clone());
        for field in message.fields() {
            if let Kind::Message(inner) = field.kind() {
                visit(inner, found);
            }
        }
    }
    let mut found = Vec::new();
    own().for_each(|(rpc, _)| visit(rpc.input(), &mut found));
    found
}

/// Whether rules bound how long a value is.
fn is_limited(rules: &DynamicMessage) -> bool {
    const LIMITS: [&str; 8] = ["max_len", "max_bytes", "max_items", "uuid", "email", "pattern", "in", "hostname"];
    let typed = rules.fields().filter_map(|(_, value)| value.as_message());
    typed.flat_map(|typed| typed.fields()).any(|(rule, _)| LIMITS.contains(&rule.name()))
}

/// The rules of each entry of a list.
fn items(rules: &DynamicMessage) -> Option<DynamicMessage> {
    let repeated = rules.get_field_by_name("repeated")?;
    let items = repeated.as_message()?.get_field_by_name("items")?;
    items.as_message().cloned()
}

#[test]
fn whatever_a_caller_sends_has_a_limit() {
    let extension = DESCRIPTOR_POOL.get_extension_by_name("buf.validate.field").expect("buf.validate.field");
    let mut offenders = Vec::new();
    for field in requests().iter().flat_map(|m| m.fields().collect::<Vec<_>>()) {
        let options = field.options();
        let rules = options.get_extension(&extension);
        let rules = rules.as_message().expect("rules");
        let text = matches!(field.kind(), Kind::String | Kind::Bytes);
        let entries_limited = || items(rules).is_some_and(|items| is_limited(&items));
        let limited = match field.is_list() {
            true => is_limited(rules) && (!text || entries_limited()),
            false => !text || is_limited(rules),
        };
        if !limited {
            offenders.push(field.full_name().to_owned());
        }
    }
    none(&offenders, "fields without a limit");
}

/// Mutations whose request is its own idempotency key.
const KEYED_BY_THEMSELVES: [&str; 1] = [
    // The link works once, whoever sends it again; a dry run would tell an attacker which tokens are real.
    "/dialtone.subscriptions.v1.OrderService/OpenSetupLink",
];

#[test]
fn every_mutation_takes_a_request_id_and_a_dry_run() {
    let mutations = own().filter(|(rpc, entry)| {
        entry.policy.retry == Retry::Unsent && !rpc.is_client_streaming() && !KEYED_BY_THEMSELVES.contains(&entry.path)
    });
    let offenders: Vec<_> = mutations
        .filter(|(rpc, _)| ["request_id", "validate_only"].iter().any(|f| rpc.input().get_field_by_name(f).is_none()))
        .map(|(_, entry)| entry.path.to_owned())
        .collect();
    none(&offenders, "mutations without request_id or validate_only");
    let reads = own().filter(|(rpc, entry)| {
        entry.policy.retry == Retry::Safe && rpc.input().get_field_by_name("request_id").is_some()
    });
    none(&reads.map(|(_, entry)| entry.path.to_owned()).collect::<Vec<_>>(), "mutations that are retried as reads");
}

#[test]
fn clients_find_the_types_of_error_details() {
    for name in [
        "ErrorInfo",
        "BadRequest",
        "PreconditionFailure",
        "ResourceInfo",
        "RetryInfo",
        "QuotaFailure",
        "LocalizedMessage",
    ] {
        let name = format!("google.rpc.{name}");
        assert!(DESCRIPTOR_POOL.get_message_by_name(&name).is_some(), "{name}");
    }
}

#[test]
fn statuses_inside_messages_are_those_of_tonic() {
    let step = dialtone_proto::operations::v1::OperationStep {
        last_error: Some(tonic_types::Status { code: 14, message: "down".into(), details: Vec::new() }),
        ..Default::default()
    };
    assert_eq!(step.last_error.map(|status| status.code), Some(14));
}
