//! Rows of the schema of settings, and of what organizations and users set.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use diesel::dsl::now;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use regex::Regex;
use uuid::Uuid;

use super::schema::{setting_definitions, setting_values};
use super::{read_json, write_json};
use crate::model::setting::{Definition, Definitions, Group, Kind, Level, Owned, Owner, Values};

#[derive(Queryable, Selectable)]
#[diesel(table_name = setting_definitions, check_for_backend(diesel::pg::Pg))]
struct DefinitionRow {
    key: String,
    part: String,
    description: String,
    kind: String,
    minimum: Option<i64>,
    maximum: Option<i64>,
    max_length: Option<i32>,
    pattern: Option<String>,
    choices: Option<Vec<Option<String>>>,
    default_value: serde_json::Value,
    at_organization: bool,
    at_template: bool,
    at_user: bool,
}

impl DefinitionRow {
    fn into_model(self) -> Result<Definition, DbFault> {
        let bad = |what: &str| DbFault::Other(format!("setting_definitions, {}: {what}", self.key));
        let (minimum, maximum) = (self.minimum.unwrap_or(i64::MIN), self.maximum.unwrap_or(i64::MAX));
        let kind = match self.kind.as_str() {
            "boolean" => Kind::Boolean,
            "integer" => Kind::Integer { minimum, maximum },
            "text" => {
                let pattern = self.pattern.as_deref().map(Regex::new).transpose().map_err(|e| bad(&e.to_string()))?;
                Kind::Text { max_length: self.max_length.and_then(|n| n.try_into().ok()).unwrap_or(0), pattern }
            }
            "choice" => Kind::Choice(self.choices.unwrap_or_default().into_iter().flatten().collect()),
            "duration" => Kind::Duration { minimum, maximum },
            other => return Err(bad(other)),
        };
        let group = match self.part.as_str() {
            "common" => Group::Common,
            "calling" => Group::Calling,
            other => return Err(bad(other)),
        };
        let levels = [
            (self.at_organization, Level::Organization),
            (self.at_template, Level::Template),
            (self.at_user, Level::User),
        ];
        Ok(Definition {
            key: self.key,
            group,
            description: self.description,
            kind,
            default: self.default_value,
            levels: levels.into_iter().filter(|(may, _)| *may).map(|(_, level)| level).collect(),
        })
    }
}

/// The schema.
pub async fn setting_definition_list(c: &mut Conn) -> Result<Definitions, DbFault> {
    let rows: Vec<DefinitionRow> = setting_definitions::table
        .select(DefinitionRow::as_select())
        .order(setting_definitions::key)
        .load(c)
        .await
        .db()?;
    rows.into_iter().map(DefinitionRow::into_model).collect::<Result<_, _>>().map(Definitions::new)
}

/// The key of an owner's row.
fn key(owner: Owner) -> (Uuid, Uuid) {
    match owner {
        Owner::Organization(organization) => (organization.uuid(), Uuid::nil()),
        Owner::User(user) => (user.organization.uuid(), user.user.uuid()),
    }
}

type Row = (serde_json::Value, i64, DateTime<Utc>);

fn into_model(owner: Owner, (settings, version, updated): Row) -> Result<Owned, DbFault> {
    Ok(Owned { owner, values: read_json("settings", settings)?, version, updated: Some(updated) })
}

/// What an owner sets for itself; nothing where it has no row yet.
pub async fn setting_values_get(c: &mut Conn, owner: Owner) -> Result<Owned, DbFault> {
    let row: Option<Row> = setting_values::table
        .find(key(owner))
        .select((setting_values::settings, setting_values::version, setting_values::updated))
        .first(c)
        .await
        .optional()
        .db()?;
    row.map_or(Ok(Owned::nothing(owner)), |row| into_model(owner, row))
}

/// Replaces the values if the version is still `version`, 0 for no row yet; none where it is another.
pub async fn setting_values_put_if(
    c: &mut Conn,
    owner: Owner,
    version: i64,
    values: &Values,
) -> Result<Option<Owned>, DbFault> {
    let (organization, user) = key(owner);
    let columns = (setting_values::settings, setting_values::version, setting_values::updated);
    let row: Option<Row> = if version == 0 {
        diesel::insert_into(setting_values::table)
            .values((
                setting_values::organization_id.eq(organization),
                setting_values::user_id.eq(user),
                setting_values::settings.eq(write_json(values)?),
            ))
            .on_conflict_do_nothing()
            .returning(columns)
            .get_result(c)
            .await
            .optional()
            .db()?
    } else {
        diesel::update(setting_values::table.find((organization, user)).filter(setting_values::version.eq(version)))
            .set((
                setting_values::settings.eq(write_json(values)?),
                setting_values::version.eq(version + 1),
                setting_values::updated.eq(now),
            ))
            .returning(columns)
            .get_result(c)
            .await
            .optional()
            .db()?
    };
    row.map(|row| into_model(owner, row)).transpose()
}
