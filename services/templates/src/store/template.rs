//! Rows of templates.

use chrono::{DateTime, Utc};
use dialtone_db::{Cas, Classify as _, Conn, DbFault, Tenants, cas};
use dialtone_ids::{OrganizationId, TemplateId, TemplateName};
use diesel::dsl::{exists, now};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::schema::templates;
use super::{read_json, write_json};
use crate::model::template::{Content, Deletion, Template};

#[derive(Queryable, Selectable)]
#[diesel(table_name = templates, check_for_backend(diesel::pg::Pg))]
struct TemplateRow {
    id: Uuid,
    organization_id: Uuid,
    settings: serde_json::Value,
    provisioning_id: Option<String>,
    revision: i32,
    submitted_version: Option<i64>,
    archived: Option<DateTime<Utc>>,
    deleted: Option<DateTime<Utc>>,
    purge: Option<DateTime<Utc>>,
    version: i64,
    created: DateTime<Utc>,
    updated: DateTime<Utc>,
}

impl TemplateRow {
    fn into_model(self) -> Result<Template, DbFault> {
        Ok(Template {
            name: name(self.organization_id, self.id),
            content: read_json("settings", self.settings)?,
            provisioning_id: self.provisioning_id,
            revision: self.revision,
            submitted_version: self.submitted_version,
            archived: self.archived,
            deleted: self.deleted.zip(self.purge).map(|(at, purge)| Deletion { at, purge }),
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
pub async fn template_insert(c: &mut Conn, name: TemplateName, content: &Content) -> Result<Template, DbFault> {
    diesel::insert_into(templates::table)
        .values((
            templates::id.eq(name.template.uuid()),
            templates::organization_id.eq(name.organization.uuid()),
            templates::settings.eq(write_json(content)?),
        ))
        .returning(TemplateRow::as_returning())
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// Reads one template; [`DbFault::NotFound`] without it, also once a deletion can no longer be taken back.
pub async fn template_get(c: &mut Conn, name: TemplateName) -> Result<Template, DbFault> {
    templates::table
        .filter(templates::id.eq(name.template.uuid()))
        .filter(templates::organization_id.eq(name.organization.uuid()))
        .filter(templates::purge.is_null().or(templates::purge.gt(now)))
        .select(TemplateRow::as_select())
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// As [`template_get`], and keeps the template from being changed until the transaction ends.
pub async fn template_get_held(c: &mut Conn, name: TemplateName) -> Result<Template, DbFault> {
    templates::table
        .filter(templates::id.eq(name.template.uuid()))
        .filter(templates::organization_id.eq(name.organization.uuid()))
        .filter(templates::purge.is_null().or(templates::purge.gt(now)))
        .select(TemplateRow::as_select())
        .for_share()
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// The template that has this provisioning id, of one of `tenants`, and the number of its newest revision; a deleted one is not
/// found.
pub async fn template_resolve(
    c: &mut Conn,
    provisioning_id: &str,
    tenants: &Tenants,
) -> Result<(TemplateName, i32), DbFault> {
    let mut query = templates::table
        .filter(templates::provisioning_id.eq(provisioning_id))
        .filter(templates::deleted.is_null())
        .select((templates::organization_id, templates::id, templates::revision))
        .into_boxed();
    if let Tenants::Only(organizations) = tenants {
        query = query.filter(templates::organization_id.eq_any(organizations));
    }
    let (organization, template, revision): (Uuid, Uuid, i32) = query.get_result(c).await.db()?;
    Ok((self::name(organization, template), revision))
}

/// One page of a partner's templates, oldest first, after `after`; deleted ones if `deleted`.
pub async fn template_list(
    c: &mut Conn,
    organization: OrganizationId,
    after: Option<&Place>,
    deleted: bool,
    limit: i64,
) -> Result<Vec<Template>, DbFault> {
    let mut query = templates::table
        .filter(templates::organization_id.eq(organization.uuid()))
        .select(TemplateRow::as_select())
        .order((templates::created, templates::id))
        .limit(limit)
        .into_boxed();
    query = if deleted {
        query.filter(templates::purge.is_null().or(templates::purge.gt(now)))
    } else {
        query.filter(templates::deleted.is_null())
    };
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
    content: &Content,
) -> Result<Cas<Template>, DbFault> {
    let updated = diesel::update(templates::table)
        .filter(templates::id.eq(name.template.uuid()))
        .filter(templates::organization_id.eq(name.organization.uuid()))
        .filter(templates::version.eq(version))
        .set((
            templates::settings.eq(write_json(content)?),
            templates::version.eq(version + 1),
            templates::updated.eq(now),
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
            templates::updated.eq(now),
        ))
        .returning(TemplateRow::as_returning())
        .get_result(c)
        .await
        .db();
    cas(updated, template_exists(c, name)).await.and_then(into_model)
}

/// Archives, deletes, or takes either back, if the version is still `version`: stores these parts of `template`. What was submitted
/// last stays so, though the version moves on.
pub async fn template_life_if(c: &mut Conn, template: &Template, version: i64) -> Result<Cas<Template>, DbFault> {
    let name = template.name;
    let updated = diesel::update(templates::table)
        .filter(templates::id.eq(name.template.uuid()))
        .filter(templates::organization_id.eq(name.organization.uuid()))
        .filter(templates::version.eq(version))
        .set((
            templates::archived.eq(template.archived),
            templates::deleted.eq(template.deleted.map(|deletion| deletion.at)),
            templates::purge.eq(template.deleted.map(|deletion| deletion.purge)),
            templates::submitted_version.eq(template.submitted_at_next_version()),
            templates::version.eq(version + 1),
            templates::updated.eq(now),
        ))
        .returning(TemplateRow::as_returning())
        .get_result(c)
        .await
        .db();
    cas(updated, template_exists(c, name)).await.and_then(into_model)
}

/// Removes deleted drafts whose time is up, at most `limit`, and says which. What was submitted stays: revisions are for ever.
pub async fn template_purge(c: &mut Conn, limit: i64) -> Result<Vec<TemplateName>, DbFault> {
    let due = templates::table
        .filter(templates::purge.le(now))
        .filter(templates::revision.eq(0))
        .select(templates::id)
        .order(templates::purge)
        .limit(limit)
        .for_update()
        .skip_locked();
    let due: Vec<Uuid> = due.load(c).await.db()?;
    let gone = diesel::delete(templates::table.filter(templates::id.eq_any(due)))
        .returning((templates::organization_id, templates::id));
    let gone: Vec<(Uuid, Uuid)> = gone.get_results(c).await.db()?;
    let name =
        |(organization, id)| TemplateName::new(OrganizationId::from_uuid(organization), TemplateId::from_uuid(id));
    Ok(gone.into_iter().map(name).collect())
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
