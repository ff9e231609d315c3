//! Removes deleted organizations for good, table by table.

use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::OrganizationId;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

/// Every column that refers to an organization, in the order in which their rows can go. A test compares it with the catalogue.
pub const BELONGINGS: &[(&str, &str)] = &[
    ("organization_merges", "survivor_id"),
    ("organization_merges", "duplicate_id"),
    ("people", "organization_id"),
    ("organization_activity", "organization_id"),
    ("grants", "organization_id"),
    ("access_requests", "organization_id"),
    ("access_requests", "partner_id"),
    ("completed_setups", "partner_id"),
    ("completed_setups", "customer_id"),
    ("partner_links", "partner_id"),
    ("partner_links", "customer_id"),
    ("organization_domains", "organization_id"),
];

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

fn names(rows: Vec<IdRow>) -> Vec<OrganizationId> {
    rows.into_iter().map(|row| OrganizationId::from_uuid(row.id)).collect()
}

fn uuids(organizations: &[OrganizationId]) -> Vec<Uuid> {
    organizations.iter().map(|organization| organization.uuid()).collect()
}

/// Organizations whose deletion cannot be undone any more, the oldest first, after those of `but`. Not at once: an undeletion that began
/// in time may take some seconds.
pub async fn purge_due(c: &mut Conn, but: &[OrganizationId], limit: i64) -> Result<Vec<OrganizationId>, DbFault> {
    let sql = "SELECT id FROM organizations WHERE purge <= now() - interval '1 minute' AND id <> ALL ($1) ORDER BY purge LIMIT $2";
    let query = diesel::sql_query(sql).bind::<Array<SqlUuid>, _>(uuids(but)).bind::<BigInt, _>(limit);
    Ok(names(query.load(c).await.db()?))
}

/// The organization, and those that were merged into it, directly or through others: they are only signposts to it.
pub async fn purge_with_merged(c: &mut Conn, organization: OrganizationId) -> Result<Vec<OrganizationId>, DbFault> {
    let sql = "WITH RECURSIVE gone (id) AS (SELECT $1::uuid \
                 UNION SELECT o.id FROM gone JOIN organizations AS o ON o.merged_into = gone.id) SELECT id FROM gone";
    Ok(names(diesel::sql_query(sql).bind::<SqlUuid, _>(organization.uuid()).load(c).await.db()?))
}

/// Removes what belongs to these organizations by one column of [`BELONGINGS`], at most `limit` rows; says how many.
pub async fn purge_belongings(
    c: &mut Conn,
    (table, column): (&str, &str),
    organizations: &[OrganizationId],
    limit: i64,
) -> Result<usize, DbFault> {
    let sql = format!(
        "DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {column} = ANY ($1) LIMIT $2))"
    );
    diesel::sql_query(sql)
        .bind::<Array<SqlUuid>, _>(uuids(organizations))
        .bind::<BigInt, _>(limit)
        .execute(c)
        .await
        .db()
}

/// Removes the organizations, to which nothing belongs any more. [`DbFault::ForeignKey`] if something does.
pub async fn purge_organizations(c: &mut Conn, organizations: &[OrganizationId]) -> Result<(), DbFault> {
    let sql = "DELETE FROM organizations WHERE id = ANY ($1)";
    diesel::sql_query(sql).bind::<Array<SqlUuid>, _>(uuids(organizations)).execute(c).await.db()?;
    Ok(())
}
