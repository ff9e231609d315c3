//! From messages about settings to the model.

use dialtone_ids::{OrganizationId, UserName};
use dialtone_proto::json;
use dialtone_proto::templates::v1 as wire;
use dialtone_status::Violation;
use prost_types::Struct;

use crate::model::revision::RevisionName;
use crate::model::setting::{Definitions, Group, Level, Misfit, Values, masked_keys, misfits};

/// The values of a message.
pub(in crate::api) fn values(message: Option<Struct>) -> Values {
    let message = message.unwrap_or_default();
    message.fields.into_iter().map(|(key, value)| (key, json::from_value(value))).collect()
}

/// What does not fit the schema among `values`, which stand in `field`: all of them.
pub(in crate::api) fn violations(
    definitions: &Definitions,
    level: Level,
    field: &str,
    values: &Values,
) -> Vec<Violation> {
    misfits(definitions, level, values.iter()).into_iter().map(|misfit| violation(field, misfit)).collect()
}

/// The same for what a mask takes of them, which it calls `all` or `all.key`.
pub(in crate::api) fn masked_violations(
    definitions: &Definitions,
    level: Level,
    field: &str,
    values: &Values,
    (mask, all): (&[String], &str),
) -> Vec<Violation> {
    if mask.iter().any(|path| path == all) {
        return violations(definitions, level, field, values);
    }
    let named = |key: &str| masked_keys(mask, all).any(|masked| masked == key);
    let taken: Values =
        values.iter().filter(|(key, _)| named(key)).map(|(key, value)| (key.clone(), value.clone())).collect();
    let mut found = violations(definitions, level, field, &taken);
    // A key that is misspelt in the mask would otherwise do nothing, silently.
    let unknown = masked_keys(mask, all).filter(|key| !taken.contains_key(*key) && definitions.get(key).is_none());
    let misspelt = |key: &str| Violation {
        field: "update_mask".to_owned(),
        rule: "setting.unknown",
        description: format!("{} is no setting: see ListSettingDefinitions", key.chars().take(64).collect::<String>()),
    };
    found.extend(unknown.map(misspelt));
    found
}

fn violation(field: &str, misfit: Misfit) -> Violation {
    let field = misfit.key.map_or_else(|| field.to_owned(), |key| format!("{field}.{key}"));
    Violation { field, rule: misfit.rule, description: misfit.description }
}

/// A mask of settings names all values or single ones.
pub(in crate::api) fn mask_violations(mask: &[String]) -> Vec<Violation> {
    let other = |path: &&String| *path != "values" && !path.starts_with("values.");
    let refused = |path: &String| Violation {
        field: "update_mask".to_owned(),
        rule: "mask",
        description: format!(
            "{} cannot be changed; name values or values.{{key}}",
            path.chars().take(100).collect::<String>()
        ),
    };
    mask.iter().filter(other).map(refused).collect()
}

/// Which part of the schema is asked for; none for all.
pub(in crate::api) fn group(group: wire::SettingGroup) -> Option<Group> {
    match group {
        wire::SettingGroup::Unspecified => None,
        wire::SettingGroup::Common => Some(Group::Common),
        wire::SettingGroup::Calling => Some(Group::Calling),
    }
}

/// The revision and the user of a scope, and what is wrong with them.
pub(in crate::api) fn scope(
    scope: &wire::SettingsScope,
    organization: OrganizationId,
) -> (Option<RevisionName>, Option<UserName>, Vec<Violation>) {
    let mut violations = Vec::new();
    let mut bad = |field: &str, rule, description: String| {
        violations.push(Violation { field: format!("scope.{field}"), rule, description });
    };
    let revision = (!scope.revision.is_empty()).then(|| RevisionName::parse(&scope.revision)).transpose();
    let revision = revision.unwrap_or_else(|name| {
        bad("revision", "resource_name", name.to_string());
        None
    });
    let user = (!scope.user.is_empty()).then(|| UserName::parse(&scope.user)).transpose();
    let user = user.unwrap_or_else(|name| {
        bad("user", "resource_name", name.to_string());
        None
    });
    if user.is_some_and(|user| user.organization != organization) {
        bad("user", "scope.user", "is of another organization: name one of scope.organization".to_owned());
    }
    (revision, user, violations)
}
