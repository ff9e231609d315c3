//! Rows of plans.

use chrono::{DateTime, Utc};
use dialtone_db::{Cas, Classify as _, Conn, DbFault, cas};
use diesel::dsl::{exists, now};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::plans;
use super::template::Place;
use super::{read_json, write_json};
use crate::model::plan::{Content, Kind, Owner, Plan, PlanName};

#[derive(Queryable, Selectable)]
#[diesel(table_name = plans, check_for_backend(diesel::pg::Pg))]
pub(super) struct PlanRow {
    id: Uuid,
    organization_id: Uuid,
    kind: String,
    offering_id: String,
    content: serde_json::Value,
    version: i64,
    created: DateTime<Utc>,
    updated: DateTime<Utc>,
}

impl PlanRow {
    pub(super) fn into_model(self) -> Result<Plan, DbFault> {
        Ok(Plan {
            name: name(self.organization_id, &self.kind, self.id)?,
            offering: self.offering_id,
            content: read_json("content", self.content)?,
            version: self.version,
            created: self.created,
            updated: self.updated,
        })
    }
}

/// As the column `kind` has it.
pub(super) fn kind_text(kind: Kind) -> &'static str {
    match kind {
        Kind::User => "user",
        Kind::Customer => "customer",
    }
}

/// The name that columns carry.
pub(super) fn name(owner: Uuid, kind: &str, id: Uuid) -> Result<PlanName, DbFault> {
    let kind = match kind {
        "user" => Kind::User,
        "customer" => Kind::Customer,
        other => return Err(DbFault::Other(format!("column kind: {other}"))),
    };
    Ok(PlanName { owner: Owner::from_uuid(owner), kind, id })
}

macro_rules! is_named {
    ($name:expr) => {
        plans::id
            .eq($name.id)
            .and(plans::organization_id.eq($name.owner.uuid()))
            .and(plans::kind.eq(kind_text($name.kind)))
    };
}

/// Inserts a plan.
pub async fn plan_insert(c: &mut Conn, name: PlanName, offering: &str, content: &Content) -> Result<Plan, DbFault> {
    diesel::insert_into(plans::table)
        .values((
            plans::id.eq(name.id),
            plans::organization_id.eq(name.owner.uuid()),
            plans::kind.eq(kind_text(name.kind)),
            plans::offering_id.eq(offering),
            plans::content.eq(write_json(content)?),
        ))
        .returning(PlanRow::as_returning())
        .get_result(c)
        .await
        .db()?
        .into_model()
}

/// Reads one plan; [`DbFault::NotFound`] without it.
pub async fn plan_get(c: &mut Conn, name: PlanName) -> Result<Plan, DbFault> {
    plans::table.filter(is_named!(name)).select(PlanRow::as_select()).get_result(c).await.db()?.into_model()
}

/// Reads a plan and keeps it from being changed until the transaction ends; none without it.
pub async fn plan_hold(c: &mut Conn, name: PlanName) -> Result<Option<Plan>, DbFault> {
    let held = plans::table.filter(is_named!(name)).select(PlanRow::as_select()).for_share();
    held.get_result(c).await.optional().db()?.map(PlanRow::into_model).transpose()
}

/// Those of `names` that exist, of this offering.
pub async fn plan_known(c: &mut Conn, offering: &str, names: &[PlanName]) -> Result<Vec<PlanName>, DbFault> {
    let ids: Vec<Uuid> = names.iter().map(|name| name.id).collect();
    let rows: Vec<(Uuid, String, Uuid)> = plans::table
        .filter(plans::id.eq_any(ids))
        .filter(plans::offering_id.eq(offering))
        .select((plans::organization_id, plans::kind, plans::id))
        .load(c)
        .await
        .db()?;
    let known: Result<Vec<PlanName>, DbFault> = rows.iter().map(|(owner, kind, id)| name(*owner, kind, *id)).collect();
    Ok(known?.into_iter().filter(|name| names.contains(name)).collect())
}

/// One page of an owner's plans of one kind, oldest first, after `after`.
pub async fn plan_list(
    c: &mut Conn,
    owner: Owner,
    kind: Kind,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<Plan>, DbFault> {
    let mut query = plans::table
        .filter(plans::organization_id.eq(owner.uuid()))
        .filter(plans::kind.eq(kind_text(kind)))
        .select(PlanRow::as_select())
        .order((plans::created, plans::id))
        .limit(limit)
        .into_boxed();
    if let Some(place) = after {
        let later = plans::created.gt(place.created);
        query = query.filter(later.or(plans::created.eq(place.created).and(plans::id.gt(place.id))));
        // Said again as a range, which the index can use.
        query = query.filter(plans::created.ge(place.created));
    }
    query.load(c).await.db()?.into_iter().map(PlanRow::into_model).collect()
}

/// Replaces what the plan says if the version is still `version`.
pub async fn plan_update_if(
    c: &mut Conn,
    name: PlanName,
    version: i64,
    content: &Content,
) -> Result<Cas<Plan>, DbFault> {
    let updated = diesel::update(plans::table)
        .filter(is_named!(name))
        .filter(plans::version.eq(version))
        .set((plans::content.eq(write_json(content)?), plans::version.eq(version + 1), plans::updated.eq(now)))
        .returning(PlanRow::as_returning())
        .get_result(c)
        .await
        .db();
    Ok(match cas(updated, plan_exists(c, name)).await? {
        Cas::Updated(row) => Cas::Updated(row.into_model()?),
        Cas::Stale => Cas::Stale,
        Cas::Missing => Cas::Missing,
    })
}

/// Removes the plan if the version is still `version`; [`DbFault::ForeignKey`] while it stands in an offer.
pub async fn plan_delete_if(c: &mut Conn, name: PlanName, version: i64) -> Result<Cas<()>, DbFault> {
    let found = plans::table.filter(is_named!(name)).filter(plans::version.eq(version));
    let deleted = match diesel::delete(found).execute(c).await.db() {
        Ok(1) => Ok(()),
        Ok(_) => Err(DbFault::NotFound),
        Err(fault) => Err(fault),
    };
    cas(deleted, plan_exists(c, name)).await
}

async fn plan_exists(c: &mut Conn, name: PlanName) -> Result<bool, DbFault> {
    diesel::select(exists(plans::table.filter(is_named!(name)))).get_result(c).await.db()
}
