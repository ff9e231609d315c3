//! Everything that is known of the organizations an address may belong to, in one statement.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::OrganizationId;
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz, Untyped, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::unreadable;
use crate::model::address::Address;
use crate::model::domain::{Domain, State};
use crate::model::matching::Facts;
use crate::model::organization::Role;

/// More organizations than this at one domain are not looked at; the contact's own come first.
const MOST: i64 = 500;
/// More of an organization's domains than this are not told: those that fit come first, then those that are known better.
const MOST_DOMAINS: i64 = 100;

/// A query of its own type and not `sql_query`, so that connections keep it prepared.
struct Candidates<'a> {
    address: &'a Address,
    lineage: &'a [String],
    partner: bool,
}

impl QueryId for Candidates<'_> {
    type QueryId = Candidates<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Candidates<'_> {
    type SqlType = Untyped;
}

impl QueryFragment<Pg> for Candidates<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(
            "SELECT o.id, o.display_name, o.normalized_name, o.region_code, c.organization_id IS NOT NULL AS is_contact, \
               d.domains, d.states, coalesce(a.active_users, 0) AS active_users, \
               coalesce(a.users_on_domain, 0) AS users_on_domain, a.last_activity, p.partners \
             FROM (SELECT organization_id FROM people WHERE active AND email = ",
        );
        out.push_bind_param::<Text, _>(&self.address.email)?;
        out.push_sql(" UNION SELECT organization_id FROM organization_domains WHERE domain = ANY (");
        out.push_bind_param::<Array<Text>, _>(&self.lineage)?;
        out.push_sql(
            ")) AS found JOIN organizations AS o ON o.id = found.organization_id AND o.deleted IS NULL AND CASE WHEN ",
        );
        out.push_bind_param::<Bool, _>(&self.partner)?;
        out.push_sql(
            " THEN o.is_partner ELSE o.is_customer END \
             LEFT JOIN people AS c ON c.organization_id = o.id AND c.active AND c.email = ",
        );
        out.push_bind_param::<Text, _>(&self.address.email)?;
        out.push_sql(
            " LEFT JOIN LATERAL (SELECT array_agg(domain ORDER BY domain) AS domains, \
                 array_agg(state ORDER BY domain) AS states \
               FROM (SELECT domain, state FROM organization_domains WHERE organization_id = o.id \
                 ORDER BY domain = ANY (",
        );
        out.push_bind_param::<Array<Text>, _>(&self.lineage)?;
        out.push_sql(") DESC, state = 'UNVERIFIED', domain LIMIT ");
        out.push_bind_param::<BigInt, _>(&MOST_DOMAINS)?;
        out.push_sql(
            ") AS told) AS d ON true \
             LEFT JOIN LATERAL (SELECT sum(active_users)::bigint AS active_users, \
                 (sum(active_users) FILTER (WHERE domain = ",
        );
        out.push_bind_param::<Text, _>(&self.address.domain)?;
        out.push_sql(
            "))::bigint AS users_on_domain, max(last_activity) AS last_activity \
               FROM organization_activity WHERE organization_id = o.id) AS a ON true \
             LEFT JOIN LATERAL (SELECT array_agg(partner_id ORDER BY partner_id) AS partners \
               FROM partner_links WHERE customer_id = o.id) AS p ON true \
             ORDER BY c.organization_id, o.id LIMIT ",
        );
        out.push_bind_param::<BigInt, _>(&MOST)
    }
}

#[derive(QueryableByName)]
struct CandidateRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = Text)]
    normalized_name: String,
    #[diesel(sql_type = Text)]
    region_code: String,
    #[diesel(sql_type = Bool)]
    is_contact: bool,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    domains: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    states: Option<Vec<String>>,
    #[diesel(sql_type = BigInt)]
    active_users: i64,
    #[diesel(sql_type = BigInt)]
    users_on_domain: i64,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    last_activity: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Array<SqlUuid>>)]
    partners: Option<Vec<Uuid>>,
}

impl CandidateRow {
    fn into_model(self) -> Result<Facts, DbFault> {
        let states = self.states.unwrap_or_default();
        let domains = self.domains.unwrap_or_default().into_iter().zip(&states);
        let domains = domains.map(|(domain, state)| {
            let state = State::parse(state).ok_or_else(|| unreadable("state"))?;
            Ok(Domain { domain, state })
        });
        Ok(Facts {
            organization: OrganizationId::from_uuid(self.id),
            display_name: self.display_name,
            normalized_name: self.normalized_name,
            region_code: self.region_code,
            is_contact: self.is_contact,
            domains: domains.collect::<Result<_, DbFault>>()?,
            active_users: self.active_users,
            users_on_domain: self.users_on_domain,
            last_activity: self.last_activity,
            partners: self.partners.unwrap_or_default().into_iter().map(OrganizationId::from_uuid).collect(),
        })
    }
}

/// The organizations with the role of which the address is an active person, or that have a domain of `lineage`.
pub async fn candidate_list(
    c: &mut Conn,
    address: &Address,
    lineage: &[String],
    role: Role,
) -> Result<Vec<Facts>, DbFault> {
    let query = Candidates { address, lineage, partner: role == Role::Partner };
    let rows: Vec<CandidateRow> = query.load(c).await.db()?;
    rows.into_iter().map(CandidateRow::into_model).collect()
}
