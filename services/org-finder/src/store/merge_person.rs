//! People of a duplicate on their way to the survivor, and the rollup of activity with them.

use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::OrganizationId;
use diesel::pg::Pg;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;

use super::merge::{CountRow, Merge};
use super::merge_row::{Direction, Kind};

/// A chunk of people in the order of their addresses.
#[derive(diesel::QueryableByName)]
pub struct Chunk {
    /// The last address of it; none at the end.
    #[diesel(sql_type = Nullable<Text>)]
    pub last: Option<String>,
    /// How many there are.
    #[diesel(sql_type = BigInt)]
    pub people: i64,
}

/// The next people of the duplicate after an address, at most `limit`.
pub async fn merge_person_chunk(c: &mut Conn, merge: &Merge, after: &str, limit: i64) -> Result<Chunk, DbFault> {
    let sql = "SELECT max(email) AS last, count(*) AS people FROM \
               (SELECT email FROM people WHERE organization_id = $1 AND email > $2 ORDER BY email LIMIT $3) AS page";
    diesel::sql_query(sql)
        .bind::<SqlUuid, _>(merge.duplicate.uuid())
        .bind::<Text, _>(after)
        .bind::<BigInt, _>(limit)
        .get_result(c)
        .await
        .db()
}

/// People of the duplicate, and how many of them the survivor has too.
pub async fn merge_person_count(
    c: &mut Conn,
    survivor: OrganizationId,
    duplicate: OrganizationId,
) -> Result<(i64, i64), DbFault> {
    let all = "SELECT count(*) AS count FROM people WHERE organization_id = $1";
    let both = "SELECT count(*) AS count FROM people AS d JOIN people AS s ON s.email = d.email AND s.organization_id = $2 \
                WHERE d.organization_id = $1";
    let all: CountRow = diesel::sql_query(all).bind::<SqlUuid, _>(duplicate.uuid()).get_result(c).await.db()?;
    let both: CountRow = diesel::sql_query(both)
        .bind::<SqlUuid, _>(duplicate.uuid())
        .bind::<SqlUuid, _>(survivor.uuid())
        .get_result(c)
        .await
        .db()?;
    Ok((all.count, both.count))
}

/// Carries the people after one address up to another over: whom the survivor has not goes there; of those whom it has, the
/// survivor's entry gets what the duplicate's knows better. Answers how many went.
pub async fn merge_person_carry(c: &mut Conn, merge: &Merge, after: &str, last: &str) -> Result<usize, DbFault> {
    between(LOCK, merge, after, last).execute(c).await.db()?;
    between(ROLLUP, merge, after, last).execute(c).await.db()?;
    between(&combine(), merge, after, last).execute(c).await.db()?;
    between(MOVE, merge, after, last).execute(c).await.db()
}

fn between<'a>(sql: &str, merge: &'a Merge, after: &'a str, last: &'a str) -> BoxedSqlQuery<'a, Pg, SqlQuery> {
    diesel::sql_query(sql.to_owned())
        .into_boxed()
        .bind::<SqlUuid, _>(merge.id.uuid())
        .bind::<SqlUuid, _>(merge.survivor.uuid())
        .bind::<SqlUuid, _>(merge.duplicate.uuid())
        .bind::<Text, _>(after)
        .bind::<Text, _>(last)
}

/// Reports of activity know nothing of merges: they wait until these people are where they go. In the order in which they lock.
const LOCK: &str = "WITH ids AS MATERIALIZED ( \
      SELECT id FROM people AS d WHERE d.organization_id = $3 AND d.email > $4 AND d.email <= $5 \
      UNION ALL SELECT s.id FROM people AS d JOIN people AS s ON s.organization_id = $2 AND s.email = d.email \
        WHERE d.organization_id = $3 AND d.email > $4 AND d.email <= $5) \
    SELECT p.id FROM people AS p WHERE p.id = ANY (ARRAY(SELECT id FROM ids)) ORDER BY p.id FOR NO KEY UPDATE";

/// Whom the survivor will count that it does not count now.
const ROLLUP: &str = "INSERT INTO organization_activity AS a (organization_id, domain, active_users, last_activity) \
         SELECT $2, d.domain, count(*) FILTER (WHERE d.active AND NOT d.dormant \
             AND NOT coalesce(s.active AND NOT s.dormant, false)), max(d.last_activity) \
         FROM people AS d LEFT JOIN people AS s ON s.organization_id = $2 AND s.email = d.email \
         WHERE d.organization_id = $3 AND d.email > $4 AND d.email <= $5 GROUP BY 2 \
         ON CONFLICT (organization_id, domain) DO UPDATE SET active_users = a.active_users + excluded.active_users, \
           last_activity = greatest(a.last_activity, excluded.last_activity)";

/// The survivor's entries get what is better known of the two, and that is recorded. Of a user who is active at the duplicate only,
/// it is the duplicate's whose end is waited for.
fn combine() -> String {
    format!(
        "WITH r AS (INSERT INTO organization_merge_rows (merge_id, kind, key, before, after) \
           SELECT $1, 'PERSON', s.id::text, {}, jsonb_build_object( \
             'display_name', CASE WHEN s.display_name = '' THEN d.display_name ELSE s.display_name END, \
             'active', s.active OR d.active, \
             'last_activity', greatest(s.last_activity, d.last_activity), \
             'dormant', NOT (s.active AND NOT s.dormant OR d.active AND NOT d.dormant), \
             'source_user', CASE WHEN d.active AND NOT s.active THEN d.source_user ELSE s.source_user END) \
           FROM people AS d JOIN people AS s ON s.organization_id = $2 AND s.email = d.email \
           WHERE d.organization_id = $3 AND d.email > $4 AND d.email <= $5 ON CONFLICT DO NOTHING \
           RETURNING key::uuid AS key, before, after) \
         UPDATE people AS t SET {} FROM r WHERE t.id = r.key AND t.id = ANY (ARRAY(SELECT key FROM r))",
        Kind::Person.image("s"),
        Kind::Person.assignments(Direction::Forward)
    )
}

const MOVE: &str = "WITH moved AS (UPDATE people AS d SET organization_id = $2 \
      WHERE d.organization_id = $3 AND d.email > $4 AND d.email <= $5 \
        AND NOT EXISTS (SELECT FROM people AS s WHERE s.organization_id = $2 AND s.email = d.email) RETURNING d.id) \
    INSERT INTO organization_merge_rows (merge_id, kind, key) SELECT $1, 'PERSON', id::text FROM moved";

/// Counts the activity of these organizations anew from their people. They must be locked.
pub async fn activity_recount(c: &mut Conn, organizations: [OrganizationId; 2]) -> Result<(), DbFault> {
    let ids = organizations.map(OrganizationId::uuid).to_vec();
    let clear = "DELETE FROM organization_activity WHERE organization_id = ANY ($1)";
    diesel::sql_query(clear).bind::<Array<SqlUuid>, _>(ids.clone()).execute(c).await.db()?;
    let count = "INSERT INTO organization_activity (organization_id, domain, active_users, last_activity) \
        SELECT organization_id, domain, count(*) FILTER (WHERE active AND NOT dormant), max(last_activity) \
        FROM people WHERE organization_id = ANY ($1) GROUP BY 1, 2";
    diesel::sql_query(count).bind::<Array<SqlUuid>, _>(ids).execute(c).await.db()?;
    Ok(())
}

/// Removes at most `limit` of the rows that stayed behind at a duplicate that cannot come back; how many they were.
pub async fn merge_leftover_delete(c: &mut Conn, merge: &Merge, limit: i64) -> Result<usize, DbFault> {
    let mut deleted = 0;
    for kind in Kind::MOVING {
        let (table, owner, ..) = kind.place();
        let sql = format!(
            "DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {owner} = $1 LIMIT $2))"
        );
        let query = diesel::sql_query(sql).bind::<SqlUuid, _>(merge.duplicate.uuid()).bind::<BigInt, _>(limit);
        deleted += query.execute(c).await.db()?;
    }
    let rollup = "DELETE FROM organization_activity WHERE organization_id = $1";
    diesel::sql_query(rollup).bind::<SqlUuid, _>(merge.duplicate.uuid()).execute(c).await.db()?;
    Ok(deleted)
}
