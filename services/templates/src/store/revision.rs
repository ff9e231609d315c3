//! Rows of submitted revisions: inserted, never changed.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::TemplateName;
use diesel::dsl::now;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::{template_revisions, templates};
use super::{read_json, write_json};
use crate::model::revision::{Revision, RevisionName};
use crate::model::template::Content;

#[derive(Queryable)]
struct RevisionRow {
    organization_id: Uuid,
    template_id: Uuid,
    number: i32,
    settings: serde_json::Value,
    actor: String,
    submitted: DateTime<Utc>,
    provisioning_id: Option<String>,
    archived: Option<DateTime<Utc>>,
}

type Columns = (
    template_revisions::organization_id,
    template_revisions::template_id,
    template_revisions::number,
    template_revisions::settings,
    template_revisions::actor,
    template_revisions::submitted,
    templates::provisioning_id,
    templates::archived,
);
const COLUMNS: Columns = (
    template_revisions::organization_id,
    template_revisions::template_id,
    template_revisions::number,
    template_revisions::settings,
    template_revisions::actor,
    template_revisions::submitted,
    templates::provisioning_id,
    templates::archived,
);

diesel::joinable!(template_revisions -> templates (template_id));
diesel::allow_tables_to_appear_in_same_query!(template_revisions, templates);

impl RevisionRow {
    fn into_model(self) -> Result<Revision, DbFault> {
        Ok(Revision {
            name: name(self.organization_id, self.template_id, self.number),
            content: read_json("settings", self.settings)?,
            provisioning_id: self.provisioning_id.unwrap_or_default(),
            archived: self.archived,
            actor: self.actor,
            submitted: self.submitted,
        })
    }
}

pub(super) fn name(organization: Uuid, template: Uuid, number: i32) -> RevisionName {
    RevisionName { template: super::template::name(organization, template), number }
}

/// Inserts a revision.
pub async fn revision_insert(
    c: &mut Conn,
    template: TemplateName,
    number: i32,
    content: &Content,
    actor: &str,
) -> Result<(), DbFault> {
    diesel::insert_into(template_revisions::table)
        .values((
            template_revisions::template_id.eq(template.template.uuid()),
            template_revisions::organization_id.eq(template.organization.uuid()),
            template_revisions::number.eq(number),
            template_revisions::settings.eq(write_json(content)?),
            template_revisions::actor.eq(actor),
        ))
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// The content of the newest revision; none before the first submit.
pub async fn revision_newest(c: &mut Conn, template: TemplateName) -> Result<Option<Content>, DbFault> {
    let newest: Option<serde_json::Value> = template_revisions::table
        .filter(template_revisions::template_id.eq(template.template.uuid()))
        .filter(template_revisions::organization_id.eq(template.organization.uuid()))
        .select(template_revisions::settings)
        .order(template_revisions::number.desc())
        .first(c)
        .await
        .optional()
        .db()?;
    newest.map(|settings| read_json("settings", settings)).transpose()
}

/// One page of a template's revisions, newest first, below `before`.
pub async fn revision_list(
    c: &mut Conn,
    template: TemplateName,
    before: Option<i32>,
    limit: i64,
) -> Result<Vec<Revision>, DbFault> {
    let rows: Vec<RevisionRow> = template_revisions::table
        .inner_join(templates::table)
        .filter(template_revisions::template_id.eq(template.template.uuid()))
        .filter(template_revisions::organization_id.eq(template.organization.uuid()))
        .filter(template_revisions::number.lt(before.unwrap_or(i32::MAX)))
        .select(COLUMNS)
        .order(template_revisions::number.desc())
        .limit(limit)
        .load(c)
        .await
        .db()?;
    rows.into_iter().map(RevisionRow::into_model).collect()
}

/// One revision; [`DbFault::NotFound`] without it, also once its template is gone.
pub async fn revision_get(c: &mut Conn, name: RevisionName) -> Result<Revision, DbFault> {
    let row: RevisionRow = template_revisions::table
        .inner_join(templates::table)
        .filter(template_revisions::template_id.eq(name.template.template.uuid()))
        .filter(template_revisions::organization_id.eq(name.template.organization.uuid()))
        .filter(template_revisions::number.eq(name.number))
        .filter(templates::purge.is_null().or(templates::purge.gt(now)))
        .select(COLUMNS)
        .get_result(c)
        .await
        .db()?;
    row.into_model()
}
