//! How far grants reach through partner links.

use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::OrganizationId;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Integer, Nullable, SmallInt, Text, Untyped, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::role;
use crate::model::access::{Access, MOST_TIERS};

/// The strongest role of a person on an organization: asked for nearly every request of the suite, so a query of its own type,
/// which connections keep prepared.
struct Strongest<'a> {
    organization: Uuid,
    subject: &'a str,
    /// A partner through whom nothing counts.
    without: Option<Uuid>,
}

impl QueryId for Strongest<'_> {
    type QueryId = Strongest<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Strongest<'_> {
    type SqlType = Untyped;
}

impl QueryFragment<Pg> for Strongest<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        // From the organization up to its partners; `cap` is the least role of the links on the way.
        out.push_sql(
            "WITH RECURSIVE home (id, deleted, merged_into) AS (\
               SELECT id, deleted, merged_into FROM organizations WHERE id = ",
        );
        out.push_bind_param::<SqlUuid, _>(&self.organization)?;
        out.push_sql(
            " UNION ALL SELECT o.id, o.deleted, o.merged_into FROM home JOIN organizations AS o ON o.id = home.merged_into), \
             up (id, cap, tier) AS (SELECT id, 3::smallint, 0 FROM home WHERE deleted IS NULL \
             UNION SELECT l.partner_id, least(up.cap, l.role), up.tier + 1 \
             FROM up JOIN partner_links AS l ON l.customer_id = up.id \
             JOIN organizations AS o ON o.id = l.partner_id AND o.deleted IS NULL \
             WHERE l.partner_id IS DISTINCT FROM ",
        );
        out.push_bind_param::<Nullable<SqlUuid>, _>(&self.without)?;
        out.push_sql(" AND up.tier < ");
        out.push_bind_param::<Integer, _>(&MOST_TIERS)?;
        out.push_sql(
            ") SELECT least(g.role, up.cap) AS role, up.id AS through FROM up \
             JOIN grants AS g ON g.organization_id = up.id AND g.subject = ",
        );
        out.push_bind_param::<Text, _>(self.subject)?;
        out.push_sql(" ORDER BY least(g.role, up.cap) DESC, up.tier, up.id LIMIT 1");
        Ok(())
    }
}

#[derive(QueryableByName)]
struct AccessRow {
    #[diesel(sql_type = SmallInt)]
    role: i16,
    #[diesel(sql_type = SqlUuid)]
    through: Uuid,
}

/// The strongest role of a person on an organization, by a grant on it or on a partner at most [`MOST_TIERS`] links up; through
/// links a role is at most the least of theirs. A deleted organization gives nobody a role, on it or through it; on
/// one that was merged a person has the role that it has on the survivor.
pub async fn access_get(c: &mut Conn, organization: OrganizationId, subject: &str) -> Result<Option<Access>, DbFault> {
    strongest(c, organization, subject, None).await
}

/// As [`access_get`], by ways that do not lead through `partner`.
pub async fn access_get_without(
    c: &mut Conn,
    organization: OrganizationId,
    subject: &str,
    partner: OrganizationId,
) -> Result<Option<Access>, DbFault> {
    strongest(c, organization, subject, Some(partner)).await
}

async fn strongest(
    c: &mut Conn,
    organization: OrganizationId,
    subject: &str,
    without: Option<OrganizationId>,
) -> Result<Option<Access>, DbFault> {
    let query = Strongest { organization: organization.uuid(), subject, without: without.map(OrganizationId::uuid) };
    let row: Option<AccessRow> = query.get_result(c).await.optional().db()?;
    row.map(|row| {
        let through = OrganizationId::from_uuid(row.through);
        Ok(Access { role: role(row.role)?, via: (through != organization).then_some(through) })
    })
    .transpose()
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// Every organization on which a person has any role, its own, deleted or not, and those reached through links of live ones.
pub async fn access_reach(c: &mut Conn, subject: &str) -> Result<Vec<OrganizationId>, DbFault> {
    let sql = format!(
        "WITH RECURSIVE down (id, tier) AS (SELECT organization_id, 0 FROM grants WHERE subject = $1 \
           UNION SELECT l.customer_id, down.tier + 1 FROM down JOIN partner_links AS l ON l.partner_id = down.id \
           JOIN organizations AS o ON o.id = down.id AND o.deleted IS NULL \
           WHERE down.tier < {MOST_TIERS}) \
         SELECT DISTINCT id FROM down"
    );
    let rows: Vec<IdRow> = diesel::sql_query(sql).bind::<Text, _>(subject).load(c).await.db()?;
    Ok(rows.into_iter().map(|row| OrganizationId::from_uuid(row.id)).collect())
}

/// Whether `partner` provisions for `customer`, directly or through others, however many.
pub async fn access_is_above(c: &mut Conn, partner: OrganizationId, customer: OrganizationId) -> Result<bool, DbFault> {
    let sql = "WITH RECURSIVE up (id) AS (SELECT $2::uuid \
                 UNION SELECT l.partner_id FROM up JOIN partner_links AS l ON l.customer_id = up.id) \
               SELECT id FROM up WHERE id = $1";
    let found: Option<IdRow> = diesel::sql_query(sql)
        .bind::<SqlUuid, _>(partner.uuid())
        .bind::<SqlUuid, _>(customer.uuid())
        .get_result(c)
        .await
        .optional()
        .db()?;
    Ok(found.is_some())
}
