//! What reports of activity do to people, and to the rollup of their organizations.
//!
//! Whole chunks in a statement. People are locked in the order of their ids and rollups in the order of their keys, people first, so
//! that of two chunks one waits and none is a deadlock.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{OrganizationId, PersonId};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use crate::model::activity::{Seen, Who};

/// A report's person, as the directory has it.
#[derive(QueryableByName)]
struct KnownRow {
    #[diesel(sql_type = Integer)]
    place: i32,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Bool)]
    moves: bool,
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// A live person that was reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Which of the reports.
    pub place: usize,
    pub person: PersonId,
    /// Whether the report is later than what is known.
    pub moves: bool,
}

/// The live people whom reports are about; an address without organization may be several.
pub async fn activity_known(c: &mut Conn, chunk: &[(Who, Seen)]) -> Result<Vec<Known>, DbFault> {
    let (mut at, mut named) = (Places::default(), Places::default());
    let (mut emails, mut organizations, mut ids, mut owners) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (place, (who, seen)) in chunk.iter().enumerate() {
        match who {
            Who::At { email, organization } => {
                at.push(place, seen);
                emails.push(email.as_str());
                organizations.push(organization.map(OrganizationId::uuid));
            }
            Who::Named(name) => {
                named.push(place, seen);
                ids.push(name.person.uuid());
                owners.push(name.organization.uuid());
            }
        }
    }
    let mut rows: Vec<KnownRow> = Vec::new();
    if !emails.is_empty() {
        // OFFSET 0 keeps it one look into the index for each report: a hash join would read the whole table for each chunk.
        let sql = "SELECT r.place, p.id, p.last_activity < r.at AS moves \
            FROM unnest($1, $2, $3, $4) AS r (place, at, email, organization_id), \
              LATERAL (SELECT id, organization_id, last_activity FROM people WHERE active AND email = r.email OFFSET 0) AS p \
            WHERE r.organization_id IS NULL OR r.organization_id = p.organization_id";
        let query = diesel::sql_query(sql)
            .bind::<Array<Integer>, _>(at.places)
            .bind::<Array<Timestamptz>, _>(at.times)
            .bind::<Array<Text>, _>(emails)
            .bind::<Array<Nullable<SqlUuid>>, _>(organizations);
        rows.extend(query.load::<KnownRow>(c).await.db()?);
    }
    if !ids.is_empty() {
        let sql = "SELECT r.place, p.id, p.last_activity < r.at AS moves \
            FROM unnest($1, $2, $3, $4) AS r (place, at, id, organization_id), \
              LATERAL (SELECT id, organization_id, last_activity FROM people WHERE active AND id = r.id OFFSET 0) AS p \
            WHERE r.organization_id = p.organization_id";
        let query = diesel::sql_query(sql)
            .bind::<Array<Integer>, _>(named.places)
            .bind::<Array<Timestamptz>, _>(named.times)
            .bind::<Array<SqlUuid>, _>(ids)
            .bind::<Array<SqlUuid>, _>(owners);
        rows.extend(query.load::<KnownRow>(c).await.db()?);
    }
    let known =
        |row: KnownRow| Known { place: row.place as usize, person: PersonId::from_uuid(row.id), moves: row.moves };
    Ok(rows.into_iter().map(known).collect())
}

/// Columns that every report has.
#[derive(Default)]
struct Places {
    places: Vec<i32>,
    times: Vec<DateTime<Utc>>,
}

impl Places {
    fn push(&mut self, place: usize, seen: &Seen) {
        self.places.push(place as i32);
        self.times.push(seen.at);
    }
}

/// Moves live people to later times, each named once, and the rollup with them. Says how many moved: fewer where others were
/// faster.
pub async fn activity_move(
    c: &mut Conn,
    people: &[(PersonId, DateTime<Utc>)],
    dormant_before: DateTime<Utc>,
) -> Result<i64, DbFault> {
    // A rollup is touched only where it changes: the row of a large organization would be a queue for every stream.
    let sql = "WITH due AS MATERIALIZED (\
          SELECT p.id, r.at, p.dormant FROM unnest($1, $2) AS r (id, at) JOIN people AS p ON p.id = r.id \
          WHERE p.active AND p.last_activity < r.at ORDER BY p.id FOR NO KEY UPDATE OF p), \
        moved AS (\
          UPDATE people AS p SET last_activity = due.at, dormant = due.at < $3 FROM due WHERE p.id = due.id \
          RETURNING p.organization_id, p.domain, p.last_activity, (due.dormant AND NOT p.dormant)::integer AS woke), \
        gained AS (\
          SELECT organization_id, domain, sum(woke) AS woke, max(last_activity) AS last_activity FROM moved GROUP BY 1, 2), \
        rolled AS (\
          INSERT INTO organization_activity AS a (organization_id, domain, active_users, last_activity) \
          SELECT g.organization_id, g.domain, g.woke, g.last_activity FROM gained AS g \
            LEFT JOIN organization_activity AS o ON o.organization_id = g.organization_id AND o.domain = g.domain \
          WHERE g.woke > 0 OR o.last_activity IS NULL OR o.last_activity < g.last_activity ORDER BY 1, 2 \
          ON CONFLICT (organization_id, domain) DO UPDATE SET active_users = a.active_users + excluded.active_users, \
            last_activity = greatest(a.last_activity, excluded.last_activity)) \
        SELECT count(*) FROM moved";
    let row: CountRow = diesel::sql_query(sql)
        .bind::<Array<SqlUuid>, _>(people.iter().map(|(person, _)| person.uuid()).collect::<Vec<_>>())
        .bind::<Array<Timestamptz>, _>(people.iter().map(|(_, at)| *at).collect::<Vec<_>>())
        .bind::<Timestamptz, _>(dormant_before)
        .get_result(c)
        .await
        .db()?;
    Ok(row.count)
}

/// Somebody who may be taken into the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newcomer {
    pub person: PersonId,
    pub organization: OrganizationId,
    pub email: String,
    /// Domains by which the address may belong to the organization.
    pub lineage: Vec<String>,
    pub at: DateTime<Utc>,
}

/// Takes those into the directory whose domain is verified for their organization, and counts them in the rollup; says who they
/// are. An address that the directory has already, be it of somebody who was deleted, is left alone.
pub async fn activity_add(
    c: &mut Conn,
    newcomers: &[Newcomer],
    dormant_before: DateTime<Utc>,
) -> Result<Vec<PersonId>, DbFault> {
    let sql = "WITH added AS (\
          INSERT INTO people (id, organization_id, email, active, dormant, last_activity, source_user) \
          SELECT n.id, n.organization_id, n.email, true, n.at < $6, n.at, '' \
          FROM unnest($1, $2, $3, $4, $5) AS n (id, organization_id, email, lineage, at) \
            JOIN organizations AS o ON o.id = n.organization_id AND o.deleted IS NULL \
          WHERE EXISTS (SELECT FROM organization_domains AS d WHERE d.organization_id = n.organization_id \
              AND d.domain = ANY (string_to_array(n.lineage, ' ')) AND d.state IN ('VERIFIED', 'CLAIMED')) \
          ORDER BY n.organization_id, n.email ON CONFLICT DO NOTHING \
          RETURNING id, organization_id, domain, last_activity, (NOT dormant)::integer AS woke), \
        gained AS (\
          SELECT organization_id, domain, sum(woke) AS woke, max(last_activity) AS last_activity FROM added GROUP BY 1, 2), \
        rolled AS (\
          INSERT INTO organization_activity AS a (organization_id, domain, active_users, last_activity) \
          SELECT organization_id, domain, woke, last_activity FROM gained ORDER BY 1, 2 \
          ON CONFLICT (organization_id, domain) DO UPDATE SET active_users = a.active_users + excluded.active_users, \
            last_activity = greatest(a.last_activity, excluded.last_activity)) \
        SELECT id FROM added";
    let rows: Vec<IdRow> = diesel::sql_query(sql)
        .bind::<Array<SqlUuid>, _>(column(newcomers, |newcomer| newcomer.person.uuid()))
        .bind::<Array<SqlUuid>, _>(column(newcomers, |newcomer| newcomer.organization.uuid()))
        .bind::<Array<Text>, _>(column(newcomers, |newcomer| newcomer.email.as_str()))
        .bind::<Array<Text>, _>(column(newcomers, |newcomer| newcomer.lineage.join(" ")))
        .bind::<Array<Timestamptz>, _>(column(newcomers, |newcomer| newcomer.at))
        .bind::<Timestamptz, _>(dormant_before)
        .load(c)
        .await
        .db()?;
    Ok(rows.into_iter().map(|row| PersonId::from_uuid(row.id)).collect())
}

fn column<'a, T>(newcomers: &'a [Newcomer], value: impl Fn(&'a Newcomer) -> T) -> Vec<T> {
    newcomers.iter().map(value).collect()
}

/// Makes live people dormant who were last seen before `dormant_before`, at most `limit`, and takes them out of the rollup. Says
/// how many.
pub async fn activity_decay(c: &mut Conn, dormant_before: DateTime<Utc>, limit: i64) -> Result<i64, DbFault> {
    let sql = "WITH stale AS MATERIALIZED (\
          SELECT id FROM people WHERE id = ANY (ARRAY(\
              SELECT id FROM people WHERE active AND NOT dormant AND last_activity < $1 \
                AND activity_month <= date_trunc('month', $1 AT TIME ZONE 'UTC')::date LIMIT $2)) \
            AND active AND NOT dormant AND last_activity < $1 ORDER BY id FOR NO KEY UPDATE), \
        slept AS (\
          UPDATE people AS p SET dormant = true FROM stale WHERE p.id = stale.id RETURNING p.organization_id, p.domain), \
        lost AS MATERIALIZED (\
          SELECT a.organization_id, a.domain, s.lost FROM organization_activity AS a \
            JOIN (SELECT organization_id, domain, count(*) AS lost FROM slept GROUP BY 1, 2) AS s \
              ON s.organization_id = a.organization_id AND s.domain = a.domain \
          ORDER BY 1, 2 FOR NO KEY UPDATE OF a), \
        rolled AS (\
          UPDATE organization_activity AS a SET active_users = a.active_users - lost.lost FROM lost \
          WHERE a.organization_id = lost.organization_id AND a.domain = lost.domain) \
        SELECT count(*) FROM slept";
    let row: CountRow = diesel::sql_query(sql)
        .bind::<Timestamptz, _>(dormant_before)
        .bind::<BigInt, _>(limit)
        .get_result(c)
        .await
        .db()?;
    Ok(row.count)
}
