//! Rows of people, and the rollup of their activity.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{OrganizationId, PersonId};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::people;
use crate::model::person::{Person, Sighting};

#[derive(Queryable, Selectable)]
#[diesel(table_name = people, check_for_backend(diesel::pg::Pg))]
struct PersonRow {
    id: Uuid,
    organization_id: Uuid,
    email: String,
    display_name: String,
    active: bool,
    last_activity: DateTime<Utc>,
}

impl PersonRow {
    fn into_model(self) -> Person {
        Person {
            organization: OrganizationId::from_uuid(self.organization_id),
            id: PersonId::from_uuid(self.id),
            email: self.email,
            display_name: self.display_name,
            active: self.active,
            last_activity: self.last_activity,
        }
    }
}

/// Whether the person is known, and active; locked until the transaction ends.
pub async fn person_lock_active(
    c: &mut Conn,
    organization: OrganizationId,
    email: &str,
) -> Result<Option<bool>, DbFault> {
    people::table
        .filter(people::organization_id.eq(organization.uuid()))
        .filter(people::email.eq(email))
        .select(people::active)
        .for_update()
        .get_result(c)
        .await
        .optional()
        .db()
}

/// Writes what was learnt of an active person. An older sighting does not take back a newer one's time.
pub async fn person_upsert(c: &mut Conn, seen: &Sighting) -> Result<(), DbFault> {
    let later = diesel::dsl::sql::<Timestamptz>("greatest(people.last_activity, excluded.last_activity)");
    diesel::insert_into(people::table)
        .values((
            people::id.eq(PersonId::new().uuid()),
            people::organization_id.eq(seen.organization.uuid()),
            people::email.eq(&seen.address.email),
            people::display_name.eq(&seen.display_name),
            people::active.eq(true),
            people::last_activity.eq(seen.at),
            people::source_user.eq(&seen.source_user),
        ))
        .on_conflict((people::organization_id, people::email))
        .do_update()
        .set((
            people::display_name.eq(excluded(people::display_name)),
            people::active.eq(true),
            people::last_activity.eq(later),
            people::source_user.eq(excluded(people::source_user)),
        ))
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// Adds to the rollup what a sighting changed.
pub async fn activity_add(c: &mut Conn, seen: &Sighting, active_users: i64) -> Result<(), DbFault> {
    let sql = "INSERT INTO organization_activity AS a (organization_id, domain, active_users, last_activity) \
               VALUES ($1, $2, $3, $4) \
               ON CONFLICT (organization_id, domain) DO UPDATE SET active_users = a.active_users + $3, \
                 last_activity = greatest(a.last_activity, excluded.last_activity)";
    diesel::sql_query(sql)
        .bind::<SqlUuid, _>(seen.organization.uuid())
        .bind::<Text, _>(&seen.address.domain)
        .bind::<BigInt, _>(active_users)
        .bind::<Timestamptz, _>(seen.at)
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// Notes that a person is not active any more, in the rollup too; nothing for one that was not.
pub async fn person_deactivate(c: &mut Conn, seen: &Sighting) -> Result<(), DbFault> {
    let sql = "WITH gone AS (UPDATE people SET active = false WHERE organization_id = $1 AND email = $2 AND active \
                 RETURNING organization_id) \
               UPDATE organization_activity AS a SET active_users = a.active_users - 1 \
               FROM gone WHERE a.organization_id = gone.organization_id AND a.domain = $3";
    diesel::sql_query(sql)
        .bind::<SqlUuid, _>(seen.organization.uuid())
        .bind::<Text, _>(&seen.address.email)
        .bind::<Text, _>(&seen.address.domain)
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// One page of an organization's people by address, after `after`.
pub async fn person_list(
    c: &mut Conn,
    organization: OrganizationId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Person>, DbFault> {
    let mut query = people::table
        .filter(people::organization_id.eq(organization.uuid()))
        .select(PersonRow::as_select())
        .order(people::email)
        .limit(limit)
        .into_boxed();
    if let Some(email) = after {
        query = query.filter(people::email.gt(email));
    }
    Ok(query.load(c).await.db()?.into_iter().map(PersonRow::into_model).collect())
}
