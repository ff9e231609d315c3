//! The schema of settings, what is set, and what is in effect.

use dialtone_ids::Etag;
use dialtone_proto::json;
use dialtone_proto::templates::v1 as wire;
use dialtone_proto::templates::v1::setting_definition::Type;
use dialtone_proto::time::to_timestamp;

use super::values;
use crate::model::revision::RevisionName;
use crate::model::setting::{Definition, Definitions, Effective, Group, Kind, Level, Owned};

/// The schema, or one group of it.
pub(in crate::api) fn definitions(
    definitions: &Definitions,
    group: Option<Group>,
) -> wire::ListSettingDefinitionsResponse {
    let asked = definitions.iter().filter(|definition| group.is_none_or(|group| group == definition.group));
    wire::ListSettingDefinitionsResponse { definitions: asked.map(definition).collect() }
}

fn definition(definition: &Definition) -> wire::SettingDefinition {
    let group = match definition.group {
        Group::Common => wire::SettingGroup::Common,
        Group::Calling => wire::SettingGroup::Calling,
    };
    wire::SettingDefinition {
        name: format!("settingDefinitions/{}", definition.key),
        key: definition.key.clone(),
        group: group.into(),
        description: definition.description.clone(),
        levels: definition.levels.iter().map(|at| level(*at).into()).collect(),
        default_value: Some(json::to_value(definition.default.clone())),
        r#type: Some(kind(&definition.kind)),
    }
}

fn kind(kind: &Kind) -> Type {
    match kind {
        Kind::Boolean => Type::Boolean(wire::BooleanType {}),
        Kind::Integer { minimum, maximum } => Type::Integer(wire::IntegerType { minimum: *minimum, maximum: *maximum }),
        Kind::Text { max_length, pattern } => Type::Text(wire::TextType {
            max_length: i32::try_from(*max_length).unwrap_or(i32::MAX),
            pattern: pattern.as_ref().map(ToString::to_string).unwrap_or_default(),
        }),
        Kind::Choice(values) => Type::Choice(wire::ChoiceType { values: values.clone() }),
        Kind::Duration { minimum, maximum } => {
            Type::Duration(wire::DurationType { minimum_seconds: *minimum, maximum_seconds: *maximum })
        }
    }
}

fn level(level: Level) -> wire::SettingLevel {
    match level {
        Level::Default => wire::SettingLevel::Default,
        Level::Organization => wire::SettingLevel::Organization,
        Level::Template => wire::SettingLevel::Template,
        Level::User => wire::SettingLevel::User,
    }
}

/// What an owner sets for itself.
pub(in crate::api) fn owned(owned: Owned) -> wire::Settings {
    wire::Settings {
        name: owned.owner.to_string(),
        values: Some(values(owned.values)),
        etag: Etag::of_version(owned.version).into_string(),
        update_time: owned.updated.map(to_timestamp),
    }
}

/// What is in effect.
pub(in crate::api) fn effective(
    (settings, revision): (Vec<Effective>, Option<RevisionName>),
) -> wire::EffectiveSettingsResponse {
    let one = |setting: Effective| wire::EffectiveSetting {
        key: setting.key,
        value: Some(json::to_value(setting.value)),
        level: level(setting.level).into(),
    };
    wire::EffectiveSettingsResponse {
        settings: settings.into_iter().map(one).collect(),
        revision: revision.map(|name| name.to_string()).unwrap_or_default(),
    }
}
