//! Rows of templates.

use chrono::{DateTime, Utc};
use dialtone_db::{Cas, Classify as _, Conn, DbFault, cas};
use dialtone_ids::{OrganizationId, TemplateId, TemplateName};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::schema::templates;
use super::{read_json, write_json};
use crate::model::template::{Settings, Template};

#[derive(Queryable, Selectable)]
#[diesel(table_name = templates, check_for_backend(diesel::pg::Pg))]
struct TemplateRow {
    id: Uuid,
    organization_id: Uuid,
    settings: serde_json::Value,
    provisioning_id: Option<String>,
    revision: i32,
    submitted_version: Option<i64>,
    version: i64,
    created: DateTime<Utc>,
    updated: DateTime<Utc>,
}

impl TemplateRow {
    fn into_model(self) -> Result<Template, DbFault> {
        Ok(Template {
            name: name(self.organization_id, self.id),
            settings: read_json("settings", self.settings)?,
            provisioning_id: self.provisioning_id,
            revision: self.revision,
            submitted_version: self.submitted_version,
            version: self.version,
            created: self.created,
            updated: self.updated,
        })
    }
}

pub(super) fn name(organization: Uuid, template: Uuid) -> TemplateName {
    TemplateName::new(OrganizationId::from_uuid(organization), TemplateId::from_uuid(template))
}

/// The place of a template in its partner's list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Place {
    pub created: DateTime<Utc>,
    pub id: Uuid,
}

/// Inserts a draft.
pub async fn template_insert(c: &mut Conn, name: TemplateName, settings: &Settings) -> Result<Template, DbFault> {
    diesel::insert_into(templates::table)
        .values((
            templates::id.eq(name.template.uuid()),
            templates::organization_id.eq(name.organization.uuid()),
            templates::settings.eq(write_json(settings)?),
        ))
        .returning(TemplateRow::as_returning())
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// Reads one template; [`DbFault::NotFound`] without it.
pub async fn template_get(c: &mut Conn, name: TemplateName) -> Result<Template, DbFault> {
    templates::table
        .filter(templates::id.eq(name.template.uuid()))
        .filter(templates::organization_id.eq(name.organization.uuid()))
        .select(TemplateRow::as_select())
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// One page of a partner's templates, oldest first, after `after`.
pub async fn template_list(
    c: &mut Conn,
    organization: OrganizationId,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Template>, DbFault> {
    let mut query = templates::table
        .filter(templates::organization_id.eq(organization.uuid()))
        .select(TemplateRow::as_select())
        .order((templates::created, templates::id))
        .limit(limit)
        .into_boxed();
    if let Some(place) = after {
        let later = templates::created.gt(place.created);
        query = query.filter(later.or(templates::created.eq(place.created).and(templates::id.gt(place.id))));
        // Said again as a range, which the index can use.
        query = query.filter(templates::created.ge(place.created));
    }
    query.load(c).await.db()?.into_iter().map(TemplateRow::into_model).collect()
}

/// Replaces the settings if the version is still `version`.
pub async fn template_update_if(
    c: &mut Conn,
    name: TemplateName,
    version: i64,
    settings: &Settings,
) -> Result<Cas<Template>, DbFault> {
    let updated = diesel::update(templates::table)
        .filter(templates::id.eq(name.template.uuid()))
        .filter(templates::organization_id.eq(name.organization.uuid()))
        .filter(templates::version.eq(version))
        .set((
            templates::settings.eq(write_json(settings)?),
            templates::version.eq(version + 1),
            templates::updated.eq(diesel::dsl::now),
        ))
        .returning(TemplateRow::as_returning())
        .get_result(c)
        .await
        .db();
    cas(updated, template_exists(c, name)).await.and_then(into_model)
}

/// Notes that revision `number` was submitted, if the version is still `version`. Submitting is a change of the template, so the
/// version moves on, and the revision is that of the new version.
pub async fn template_submit_if(
    c: &mut Conn,
    name: TemplateName,
    version: i64,
    number: i32,
    provisioning_id: &str,
) -> Result<Cas<Template>, DbFault> {
    let updated = diesel::update(templates::table)
        .filter(templates::id.eq(name.template.uuid()))
        .filter(templates::organization_id.eq(name.organization.uuid()))
        .filter(templates::version.eq(version))
        .set((
            templates::revision.eq(number),
            templates::provisioning_id.eq(provisioning_id),
            templates::submitted_version.eq(version + 1),
            templates::version.eq(version + 1),
            templates::updated.eq(diesel::dsl::now),
        ))
        .returning(TemplateRow::as_returning())
        .get_result(c)
        .await
        .db();
    cas(updated, template_exists(c, name)).await.and_then(into_model)
}

async fn template_exists(c: &mut Conn, name: TemplateName) -> Result<bool, DbFault> {
    let found = templates::table
        .filter(templates::id.eq(name.template.uuid()))
        .filter(templates::organization_id.eq(name.organization.uuid()));
    diesel::select(exists(found)).get_result(c).await.db()
}

fn into_model(answer: Cas<TemplateRow>) -> Result<Cas<Template>, DbFault> {
    Ok(match answer {
        Cas::Updated(row) => Cas::Updated(row.into_model()?),
        Cas::Stale => Cas::Stale,
        Cas::Missing => Cas::Missing,
    })
}
