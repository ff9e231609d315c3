//! Rows of targets.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{OrganizationId, TargetId, TargetName};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::targets;
use super::{read_json, write_json};
use crate::model::target::{NewTarget, Target, TargetKind};

#[derive(Queryable, Selectable)]
#[diesel(table_name = targets, check_for_backend(diesel::pg::Pg))]
struct TargetRow {
    id: Uuid,
    organization_id: Uuid,
    display_name: String,
    kind: String,
    settings: serde_json::Value,
    version: i64,
    created: DateTime<Utc>,
    updated: DateTime<Utc>,
}

const SIMULATOR: &str = "SIMULATOR";

impl TargetRow {
    fn into_model(self) -> Result<Target, DbFault> {
        let kind = match self.kind.as_str() {
            SIMULATOR => TargetKind::Simulator(read_json("settings", self.settings)?),
            other => return Err(DbFault::Other(format!("column kind: {other}"))),
        };
        Ok(Target {
            name: TargetName::new(OrganizationId::from_uuid(self.organization_id), TargetId::from_uuid(self.id)),
            system: NewTarget { display_name: self.display_name, kind },
            version: self.version,
            created: self.created,
            updated: self.updated,
        })
    }
}

/// Inserts a target; none if one of this display name is there already.
pub async fn target_insert(c: &mut Conn, name: TargetName, system: &NewTarget) -> Result<Option<Target>, DbFault> {
    let (kind, settings) = match &system.kind {
        TargetKind::Simulator(settings) => (SIMULATOR, write_json(settings)?),
    };
    let row: Option<TargetRow> = diesel::insert_into(targets::table)
        .values((
            targets::id.eq(name.target.uuid()),
            targets::organization_id.eq(name.organization.uuid()),
            targets::display_name.eq(&system.display_name),
            targets::kind.eq(kind),
            targets::settings.eq(settings),
        ))
        .on_conflict_do_nothing()
        .returning(TargetRow::as_returning())
        .get_result(c)
        .await
        .optional()
        .db()?;
    row.map(TargetRow::into_model).transpose()
}

/// The organization's target of this display name, if it has one.
pub async fn target_called(
    c: &mut Conn,
    organization: OrganizationId,
    display_name: &str,
) -> Result<Option<TargetName>, DbFault> {
    let id: Option<Uuid> = targets::table
        .filter(targets::organization_id.eq(organization.uuid()))
        .filter(targets::display_name.eq(display_name))
        .select(targets::id)
        .first(c)
        .await
        .optional()
        .db()?;
    Ok(id.map(|id| TargetName::new(organization, TargetId::from_uuid(id))))
}

/// Reads one target; [`DbFault::NotFound`] without it.
pub async fn target_get(c: &mut Conn, name: TargetName) -> Result<Target, DbFault> {
    targets::table
        .filter(targets::organization_id.eq(name.organization.uuid()))
        .filter(targets::id.eq(name.target.uuid()))
        .select(TargetRow::as_select())
        .first(c)
        .await
        .db()?
        .into_model()
}

/// One page of an organization's targets, oldest first, after `after`.
pub async fn target_list(
    c: &mut Conn,
    organization: OrganizationId,
    after: Option<Uuid>,
    limit: i64,
) -> Result<Vec<Target>, DbFault> {
    let rows: Vec<TargetRow> = targets::table
        .filter(targets::organization_id.eq(organization.uuid()))
        .filter(targets::id.gt(after.unwrap_or(Uuid::nil())))
        .select(TargetRow::as_select())
        .order(targets::id)
        .limit(limit)
        .load(c)
        .await
        .db()?;
    rows.into_iter().map(TargetRow::into_model).collect()
}
