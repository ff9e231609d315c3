//! Rows of people, and the rollup of their activity.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{OrganizationId, PersonId};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::people;
use crate::model::person::{After, Before, Filter, Person, Sighting};

#[derive(Queryable, Selectable)]
#[diesel(table_name = people, check_for_backend(diesel::pg::Pg))]
struct PersonRow {
    id: Uuid,
    organization_id: Uuid,
    email: String,
    display_name: String,
    active: bool,
    last_activity: DateTime<Utc>,
    dormant: bool,
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
            dormant: self.dormant,
        }
    }
}

/// What is known of the person; locked until the transaction ends.
pub async fn person_lock(c: &mut Conn, organization: OrganizationId, email: &str) -> Result<Option<Before>, DbFault> {
    let row: Option<(bool, bool, DateTime<Utc>)> = people::table
        .filter(people::organization_id.eq(organization.uuid()))
        .filter(people::email.eq(email))
        .select((people::active, people::dormant, people::last_activity))
        .for_no_key_update()
        .get_result(c)
        .await
        .optional()
        .db()?;
    Ok(row.map(|(active, dormant, last_activity)| Before { active, dormant, last_activity }))
}

/// When the person was last active that was learnt from this user, under whatever address.
pub async fn person_last_activity(c: &mut Conn, source_user: &str) -> Result<Option<DateTime<Utc>>, DbFault> {
    let entries = people::table.filter(people::source_user.eq(source_user));
    entries.select(diesel::dsl::max(people::last_activity)).get_result(c).await.db()
}

/// Writes what was learnt of an active person, and what it adds to the rollup.
pub async fn person_upsert(c: &mut Conn, seen: &Sighting, after: After) -> Result<(), DbFault> {
    diesel::insert_into(people::table)
        .values((
            people::id.eq(PersonId::new().uuid()),
            people::organization_id.eq(seen.organization.uuid()),
            people::email.eq(&seen.address.email),
            people::display_name.eq(&seen.display_name),
            people::active.eq(true),
            people::dormant.eq(after.dormant),
            people::last_activity.eq(after.last_activity),
            people::source_user.eq(&seen.source_user),
        ))
        .on_conflict((people::organization_id, people::email))
        .do_update()
        .set((
            people::display_name.eq(excluded(people::display_name)),
            people::active.eq(true),
            people::dormant.eq(excluded(people::dormant)),
            people::last_activity.eq(excluded(people::last_activity)),
            people::source_user.eq(excluded(people::source_user)),
        ))
        .execute(c)
        .await
        .db()?;
    let sql = "INSERT INTO organization_activity AS a (organization_id, domain, active_users, last_activity) \
               VALUES ($1, $2, $3, $4) \
               ON CONFLICT (organization_id, domain) DO UPDATE SET active_users = a.active_users + $3, \
                 last_activity = greatest(a.last_activity, excluded.last_activity)";
    diesel::sql_query(sql)
        .bind::<SqlUuid, _>(seen.organization.uuid())
        .bind::<Text, _>(&seen.address.domain)
        .bind::<BigInt, _>(after.counted)
        .bind::<Timestamptz, _>(after.last_activity)
        .execute(c)
        .await
        .db()?;
    Ok(())
}

#[derive(QueryableByName)]
struct TotalRow {
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// How many active people an organization has.
pub async fn activity_total(c: &mut Conn, organization: OrganizationId) -> Result<i64, DbFault> {
    let sql =
        "SELECT coalesce(sum(active_users), 0)::bigint AS total FROM organization_activity WHERE organization_id = $1";
    let row: TotalRow = diesel::sql_query(sql).bind::<SqlUuid, _>(organization.uuid()).get_result(c).await.db()?;
    Ok(row.total)
}

/// Ends every live entry that was learnt from this user, but the one of `kept`, an organization and address; in the rollup too.
/// Where the entry has gone to another organization, it is found there.
pub async fn person_deactivate(
    c: &mut Conn,
    source_user: &str,
    kept: Option<(OrganizationId, &str)>,
) -> Result<(), DbFault> {
    let sql = "WITH gone AS (\
          UPDATE people SET active = false WHERE active AND source_user = $1 \
            AND ($2 IS NULL OR organization_id <> $2 OR email <> $3) RETURNING organization_id, domain, dormant), \
        lost AS (\
          SELECT organization_id, domain, count(*) FILTER (WHERE NOT dormant) AS lost FROM gone GROUP BY 1, 2) \
        UPDATE organization_activity AS a SET active_users = a.active_users - lost.lost FROM lost \
        WHERE a.organization_id = lost.organization_id AND a.domain = lost.domain";
    diesel::sql_query(sql)
        .bind::<Text, _>(source_user)
        .bind::<Nullable<SqlUuid>, _>(kept.map(|(organization, _)| organization.uuid()))
        .bind::<Nullable<Text>, _>(kept.map(|(_, email)| email))
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// One page of an organization's people by address: at most so many after this address.
pub async fn person_list(
    c: &mut Conn,
    organization: OrganizationId,
    filter: &Filter,
    (after, limit): (Option<&str>, i64),
) -> Result<Vec<Person>, DbFault> {
    let mut query = people::table
        .filter(people::organization_id.eq(organization.uuid()))
        .select(PersonRow::as_select())
        .order(people::email)
        .limit(limit)
        .into_boxed();
    if let Some(active) = filter.active {
        query = query.filter(people::active.eq(active));
    }
    if let Some(domain) = &filter.domain {
        query = query.filter(people::domain.eq(domain));
    }
    if !filter.email_prefix.is_empty() {
        // A range instead of LIKE, which row-level security would keep from the index. No text of an address sorts behind the end.
        let end = format!("{}{}", filter.email_prefix, char::MAX);
        query = query.filter(people::email.ge(&filter.email_prefix)).filter(people::email.lt(end));
    }
    if let Some(email) = after {
        query = query.filter(people::email.gt(email));
    }
    Ok(query.load(c).await.db()?.into_iter().map(PersonRow::into_model).collect())
}
