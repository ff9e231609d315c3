//! Staged lines of imports, and their merge into organizations.

use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{ImportId, OrganizationId};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Bytea, Integer, Nullable, SmallInt, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::name_index::{self, Named};
use super::organization::organizations_get;
use super::schema::import_lines as lines;
use crate::model::domain::State;
use crate::model::import::Entry;
use crate::model::keys;
use crate::model::organization::Organization;

/// Keeps good lines aside, in one statement.
pub async fn import_stage(c: &mut Conn, import: ImportId, entries: &[(i64, Entry)]) -> Result<(), DbFault> {
    // Columns as arrays: building 500 rows of VALUES costs more than the server needs for them. Domains have no spaces.
    let sql = "INSERT INTO import_lines (import_id, line, organization_id, import_key, display_name, normalized_name, \
          vertical, region_code, subdivision, is_partner, is_customer, domains, verified_domains) \
        SELECT $1, line, organization_id, import_key, display_name, normalized_name, vertical, region_code, subdivision, \
          is_partner, is_customer, string_to_array(domains, ' '), string_to_array(verified_domains, ' ') \
        FROM unnest($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) AS lines (line, organization_id, import_key, \
          display_name, normalized_name, vertical, region_code, subdivision, is_partner, is_customer, domains, \
          verified_domains) ON CONFLICT DO NOTHING";
    // A statement that is repeated after a lost connection may find the lines there.
    diesel::sql_query(sql)
        .bind::<SqlUuid, _>(import.uuid())
        .bind::<Array<BigInt>, _>(column(entries, |(line, _)| *line))
        .bind::<Array<SqlUuid>, _>(column(entries, |_| OrganizationId::new().uuid()))
        .bind::<Array<Bytea>, _>(column(entries, |(_, entry)| entry.key().to_vec()))
        .bind::<Array<Text>, _>(column(entries, |(_, entry)| entry.profile.display_name.as_str()))
        .bind::<Array<Text>, _>(column(entries, |(_, entry)| entry.normalized_name.as_str()))
        .bind::<Array<Nullable<Text>>, _>(column(entries, |(_, entry)| entry.profile.vertical.map(String::from)))
        .bind::<Array<Text>, _>(column(entries, |(_, entry)| entry.profile.region_code.as_str()))
        .bind::<Array<Nullable<Text>>, _>(column(entries, |(_, entry)| entry.subdivision.as_deref()))
        .bind::<Array<Bool>, _>(column(entries, |(_, entry)| entry.profile.roles.partner))
        .bind::<Array<Bool>, _>(column(entries, |(_, entry)| entry.profile.roles.customer))
        .bind::<Array<Text>, _>(column(entries, |(_, entry)| joined(entry, State::Unverified)))
        .bind::<Array<Text>, _>(column(entries, |(_, entry)| joined(entry, State::Verified)))
        .execute(c)
        .await
        .db()?;
    Ok(())
}

fn column<'a, T>(entries: &'a [(i64, Entry)], value: impl Fn(&'a (i64, Entry)) -> T) -> Vec<T> {
    entries.iter().map(value).collect()
}

/// The domains that are known at least so well, with spaces between them.
fn joined(entry: &Entry, least: State) -> String {
    let known = entry.domains.iter().filter(|domain| domain.state >= least);
    known.map(|domain| domain.domain.as_str()).collect::<Vec<_>>().join(" ")
}

#[derive(QueryableByName)]
struct MergedRow {
    #[diesel(sql_type = BigInt)]
    last_line: i64,
    #[diesel(sql_type = Integer)]
    lines: i32,
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// What one page of lines became.
pub struct Merged {
    /// The next page begins after this line.
    pub last_line: i64,
    /// How many lines were looked at; 0 at the end.
    pub lines: i64,
    /// Those that were new.
    pub created: Vec<Organization>,
}

/// Makes organizations of the staged lines after `after`, at most `limit` of them; lines that were loaded before change nothing.
pub async fn import_merge(c: &mut Conn, import: ImportId, after: i64, limit: i64) -> Result<Merged, DbFault> {
    let page = "SELECT coalesce(max(line), 0) AS last_line, count(*)::integer AS lines FROM \
                (SELECT line FROM import_lines WHERE import_id = $1 AND line > $2 ORDER BY line LIMIT $3) AS page";
    let page: MergedRow = diesel::sql_query(page)
        .bind::<SqlUuid, _>(import.uuid())
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(limit)
        .get_result(c)
        .await
        .db()?;
    // Only new lines are returned: of two equal lines the first wins.
    let organizations = "INSERT INTO organizations (id, import_key, display_name, normalized_name, vertical, region_code, \
          subdivision, is_partner, is_customer, name_index) \
        SELECT organization_id, import_key, display_name, normalized_name, vertical, region_code, subdivision, \
          is_partner, is_customer, $4 \
        FROM import_lines WHERE import_id = $1 AND line > $2 AND line <= $3 ORDER BY line \
        ON CONFLICT (import_key) DO NOTHING RETURNING id";
    let query = on_page(organizations, import, after, page.last_line).bind::<SmallInt, _>(keys::FORM);
    let created: Vec<IdRow> = query.load(c).await.db()?;
    // Lines whose organization was not made have an id that no organization has.
    let domains = "INSERT INTO organization_domains (organization_id, domain, state) \
        SELECT o.id, domain, CASE WHEN domain = ANY (l.verified_domains) THEN 'VERIFIED' ELSE 'UNVERIFIED' END \
        FROM import_lines AS l JOIN organizations AS o ON o.id = l.organization_id, unnest(l.domains) AS domain \
        WHERE l.import_id = $1 AND l.line > $2 AND l.line <= $3";
    on_page(domains, import, after, page.last_line).execute(c).await.db()?;
    let created = organizations_get(c, created.into_iter().map(|row| row.id).collect()).await?;
    name_index::index_put(c, &created.iter().map(Named::of).collect::<Vec<_>>()).await?;
    Ok(Merged { last_line: page.last_line, lines: i64::from(page.lines), created })
}

type OnPage = diesel::query_builder::BoxedSqlQuery<'static, diesel::pg::Pg, diesel::query_builder::SqlQuery>;

fn on_page(sql: &'static str, import: ImportId, after: i64, last: i64) -> OnPage {
    diesel::sql_query(sql)
        .into_boxed()
        .bind::<SqlUuid, _>(import.uuid())
        .bind::<BigInt, _>(after)
        .bind::<BigInt, _>(last)
}

/// Removes the staged lines of an import.
pub async fn import_discard(c: &mut Conn, import: ImportId) -> Result<(), DbFault> {
    diesel::delete(lines::table.filter(lines::import_id.eq(import.uuid()))).execute(c).await.db()?;
    Ok(())
}

/// Removes lines that were staged more than a day ago: their process died. At most `limit`; says how many.
pub async fn import_sweep(c: &mut Conn, limit: i64) -> Result<usize, DbFault> {
    let sql = "DELETE FROM import_lines WHERE ctid = ANY (ARRAY(SELECT ctid FROM import_lines \
               WHERE staged < now() - interval '1 day' ORDER BY staged LIMIT $1))";
    diesel::sql_query(sql).bind::<BigInt, _>(limit).execute(c).await.db()
}
