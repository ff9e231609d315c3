//! Rows of grants.

use chrono::{DateTime, Utc};
use dialtone_db::{Cas, Classify as _, Conn, DbFault, cas};
use dialtone_ids::{GrantId, GrantName, OrganizationId};
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::role;
use super::schema::grants;
use crate::model::access::{AccessRole, Grant};

#[derive(Queryable, Selectable)]
#[diesel(table_name = grants, check_for_backend(diesel::pg::Pg))]
struct GrantRow {
    id: Uuid,
    organization_id: Uuid,
    subject: String,
    role: i16,
    version: i64,
    created: DateTime<Utc>,
}

impl GrantRow {
    fn into_model(self) -> Result<Grant, DbFault> {
        let organization = OrganizationId::from_uuid(self.organization_id);
        Ok(Grant {
            name: GrantName::new(organization, GrantId::from_uuid(self.id)),
            subject: self.subject,
            role: role(self.role)?,
            version: self.version,
            created: self.created,
        })
    }
}

/// Inserts a grant, unless the person has one on the organization; none in that case.
pub async fn grant_insert(
    c: &mut Conn,
    name: GrantName,
    subject: &str,
    role: AccessRole,
) -> Result<Option<Grant>, DbFault> {
    let row: Option<GrantRow> = diesel::insert_into(grants::table)
        .values((
            grants::id.eq(name.grant.uuid()),
            grants::organization_id.eq(name.organization.uuid()),
            grants::subject.eq(subject),
            grants::role.eq(role.number()),
        ))
        .on_conflict((grants::organization_id, grants::subject))
        .do_nothing()
        .returning(GrantRow::as_returning())
        .get_result(c)
        .await
        .optional()
        .db()?;
    row.map(GrantRow::into_model).transpose()
}

/// The grant of a person on an organization, locked; [`DbFault::NotFound`] without one.
pub async fn grant_lock(c: &mut Conn, organization: OrganizationId, subject: &str) -> Result<Grant, DbFault> {
    grants::table
        .filter(grants::organization_id.eq(organization.uuid()))
        .filter(grants::subject.eq(subject))
        .select(GrantRow::as_select())
        .for_update()
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// Gives a locked grant another role.
pub async fn grant_update(c: &mut Conn, grant: &Grant, role: AccessRole) -> Result<Grant, DbFault> {
    diesel::update(grants::table.find(grant.name.grant.uuid()))
        .set((grants::role.eq(role.number()), grants::version.eq(grant.version + 1)))
        .returning(GrantRow::as_returning())
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// Reads one grant; [`DbFault::NotFound`] without it.
pub async fn grant_get(c: &mut Conn, name: GrantName) -> Result<Grant, DbFault> {
    grants::table
        .filter(grants::id.eq(name.grant.uuid()))
        .filter(grants::organization_id.eq(name.organization.uuid()))
        .select(GrantRow::as_select())
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// Removes a grant if its version is still `version`; answers what it was.
pub async fn grant_delete_if(c: &mut Conn, name: GrantName, version: i64) -> Result<Cas<Grant>, DbFault> {
    let own = grants::table
        .filter(grants::id.eq(name.grant.uuid()))
        .filter(grants::organization_id.eq(name.organization.uuid()));
    let deleted = diesel::delete(own.filter(grants::version.eq(version)))
        .returning(GrantRow::as_returning())
        .get_result(c)
        .await
        .db();
    let exists = async { diesel::select(exists(own)).get_result(c).await.db() };
    Ok(match cas(deleted, exists).await? {
        Cas::Updated(row) => Cas::Updated(row.into_model()?),
        Cas::Stale => Cas::Stale,
        Cas::Missing => Cas::Missing,
    })
}

/// One page of an organization's grants by subject, after `after`.
pub async fn grant_list(
    c: &mut Conn,
    organization: OrganizationId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Grant>, DbFault> {
    let mut query = grants::table
        .filter(grants::organization_id.eq(organization.uuid()))
        .select(GrantRow::as_select())
        .order(grants::subject)
        .limit(limit)
        .into_boxed();
    if let Some(subject) = after {
        query = query.filter(grants::subject.gt(subject));
    }
    query.load(c).await.db()?.into_iter().map(GrantRow::into_model).collect()
}

/// The organizations on which a person has a grant, by organization.
pub async fn grant_list_of_subject(
    c: &mut Conn,
    subject: &str,
    limit: i64,
) -> Result<Vec<(OrganizationId, AccessRole)>, DbFault> {
    let rows: Vec<(Uuid, i16)> = grants::table
        .filter(grants::subject.eq(subject))
        .select((grants::organization_id, grants::role))
        .order(grants::organization_id)
        .limit(limit)
        .load(c)
        .await
        .db()?;
    rows.into_iter().map(|(id, number)| Ok((OrganizationId::from_uuid(id), role(number)?))).collect()
}
