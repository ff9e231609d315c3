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
use crate::model::explanation::Asked;
use crate::model::matching::{Candidate, Facts, KnownDomains, MOST_CANDIDATES, MOST_DOMAINS, MOST_RANKED};
use crate::model::organization::Role;
use crate::model::standing::Standing;

/// More organizations than this at one domain are not looked at; the contact's own come first.
const MOST: i64 = MOST_RANKED as i64;
/// Of more than are shown nobody's domains are read before it is known who is shown.
const SHOWN: i64 = MOST_CANDIDATES as i64;
/// One more than is shown says whether there are more.
const DOMAINS: i64 = MOST_DOMAINS as i64 + 1;

const COLUMNS: &str = "SELECT f.id, f.display_name, f.normalized_name, f.region_code, f.is_contact, f.fitting, \
      f.fitting_states, f.total, d.domains, d.states, coalesce(a.active_users, 0) AS active_users, \
      coalesce(a.users_on_domain, 0) AS users_on_domain, a.last_activity, p.partners";

/// Who is asked; a query of its own type and not `sql_query`, so that connections keep it prepared.
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
        out.push_sql(COLUMNS);
        // First who, cut to the most that are ranked, and only then what is known of each.
        out.push_sql(
            " FROM (SELECT o.id, o.display_name, o.normalized_name, o.region_code, h.is_contact, h.fitting, \
               h.fitting_states, count(*) OVER () AS total \
             FROM (SELECT organization_id, bool_or(domain IS NULL) AS is_contact, \
                 array_agg(domain) FILTER (WHERE domain IS NOT NULL) AS fitting, \
                 array_agg(state) FILTER (WHERE domain IS NOT NULL) AS fitting_states \
               FROM (SELECT organization_id, NULL AS domain, NULL AS state FROM people WHERE active AND email = ",
        );
        out.push_bind_param::<Text, _>(&self.address.email)?;
        out.push_sql(" UNION ALL SELECT organization_id, domain, state FROM organization_domains WHERE domain = ANY (");
        out.push_bind_param::<Array<Text>, _>(&self.lineage)?;
        out.push_sql(
            ")) AS hit GROUP BY organization_id) AS h \
             JOIN organizations AS o ON o.id = h.organization_id AND o.deleted IS NULL AND CASE WHEN ",
        );
        out.push_bind_param::<Bool, _>(&self.partner)?;
        out.push_sql(" THEN o.is_partner ELSE o.is_customer END ORDER BY h.is_contact DESC, o.id LIMIT ");
        out.push_sql(&MOST.to_string());
        out.push_sql(") AS f");
        push_knowledge(&mut out, self.address)
    }
}

/// One organization, whether it fits or not; as [`Candidates`].
struct AskedFor<'a> {
    organization: Uuid,
    address: &'a Address,
    lineage: &'a [String],
    partner: bool,
}

impl QueryId for AskedFor<'_> {
    type QueryId = AskedFor<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for AskedFor<'_> {
    type SqlType = Untyped;
}

impl QueryFragment<Pg> for AskedFor<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql(COLUMNS);
        out.push_sql(
            ", f.has_role, f.deleted, f.merged_into \
             FROM (SELECT o.id, o.display_name, o.normalized_name, o.region_code, EXISTS (SELECT FROM people \
                 WHERE organization_id = o.id AND active AND email = ",
        );
        out.push_bind_param::<Text, _>(&self.address.email)?;
        out.push_sql(") AS is_contact, h.fitting, h.fitting_states, 1::bigint AS total, CASE WHEN ");
        out.push_bind_param::<Bool, _>(&self.partner)?;
        out.push_sql(
            " THEN o.is_partner ELSE o.is_customer END AS has_role, o.deleted IS NOT NULL AS deleted, o.merged_into \
             FROM organizations AS o LEFT JOIN LATERAL (SELECT array_agg(domain) AS fitting, \
                 array_agg(state) AS fitting_states FROM organization_domains \
               WHERE organization_id = o.id AND domain = ANY (",
        );
        out.push_bind_param::<Array<Text>, _>(&self.lineage)?;
        out.push_sql(")) AS h ON true WHERE o.id = ");
        out.push_bind_param::<SqlUuid, _>(&self.organization)?;
        out.push_sql(") AS f");
        push_knowledge(&mut out, self.address)
    }
}

/// What is known of each organization of `f`, which the index gives in order: however many domains one has, few of them are read.
fn push_knowledge<'b>(out: &mut AstPass<'_, 'b, Pg>, address: &'b Address) -> QueryResult<()> {
    out.push_sql(
        " LEFT JOIN LATERAL (SELECT array_agg(domain) AS domains, array_agg(state) AS states FROM (\
             SELECT domain, state FROM organization_domains WHERE organization_id = f.id \
             ORDER BY state = 'UNVERIFIED', domain LIMIT CASE WHEN f.total <= ",
    );
    out.push_sql(&SHOWN.to_string());
    out.push_sql(" THEN ");
    out.push_sql(&DOMAINS.to_string());
    out.push_sql(
        " ELSE 1 END) AS known) AS d ON true \
         LEFT JOIN LATERAL (SELECT sum(active_users)::bigint AS active_users, \
             (sum(active_users) FILTER (WHERE domain = ",
    );
    out.push_bind_param::<Text, _>(&address.domain)?;
    out.push_sql(
        "))::bigint AS users_on_domain, max(last_activity) AS last_activity \
           FROM organization_activity WHERE organization_id = f.id) AS a ON true \
         LEFT JOIN LATERAL (SELECT array_agg(partner_id) AS partners FROM (\
             SELECT partner_id FROM partner_links WHERE customer_id = f.id ORDER BY partner_id LIMIT 100) AS own) AS p ON true",
    );
    Ok(())
}

/// The domains to show of these organizations; as [`Candidates`].
struct Known<'a> {
    organizations: &'a [Uuid],
}

impl QueryId for Known<'_> {
    type QueryId = Known<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl Query for Known<'_> {
    type SqlType = Untyped;
}

impl QueryFragment<Pg> for Known<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("SELECT o.id, d.domains, d.states FROM unnest(");
        out.push_bind_param::<Array<SqlUuid>, _>(&self.organizations)?;
        out.push_sql(
            ") AS o (id) LEFT JOIN LATERAL (SELECT array_agg(domain) AS domains, array_agg(state) AS states FROM (\
               SELECT domain, state FROM organization_domains WHERE organization_id = o.id \
               ORDER BY state = 'UNVERIFIED', domain LIMIT ",
        );
        out.push_sql(&DOMAINS.to_string());
        out.push_sql(") AS known) AS d ON true");
        Ok(())
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
    fitting: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    fitting_states: Option<Vec<String>>,
    #[diesel(sql_type = BigInt)]
    total: i64,
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
        let known = domains(self.domains, self.states)?;
        Ok(Facts {
            organization: OrganizationId::from_uuid(self.id),
            display_name: self.display_name,
            normalized_name: self.normalized_name,
            region_code: self.region_code,
            is_contact: self.is_contact,
            fitting: domains(self.fitting, self.fitting_states)?,
            // The better known come first.
            verified: matches!(&known[..], [best, ..] if best.state >= State::Verified),
            known: (self.total <= SHOWN).then(|| first(known)),
            active_users: self.active_users,
            users_on_domain: self.users_on_domain,
            last_activity: self.last_activity,
            partners: self.partners.unwrap_or_default().into_iter().map(OrganizationId::from_uuid).collect(),
        })
    }
}

#[derive(QueryableByName)]
struct AskedRow {
    #[diesel(embed)]
    candidate: CandidateRow,
    #[diesel(sql_type = Bool)]
    has_role: bool,
    #[diesel(sql_type = Bool)]
    deleted: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    merged_into: Option<Uuid>,
}

#[derive(QueryableByName)]
struct KnownRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    domains: Option<Vec<String>>,
    #[diesel(sql_type = Nullable<Array<Text>>)]
    states: Option<Vec<String>>,
}

fn domains(names: Option<Vec<String>>, states: Option<Vec<String>>) -> Result<Vec<Domain>, DbFault> {
    let pairs = names.unwrap_or_default().into_iter().zip(states.unwrap_or_default());
    let domain = |(domain, state): (String, String)| {
        Ok(Domain { domain, state: State::parse(&state).ok_or_else(|| unreadable("state"))? })
    };
    pairs.map(domain).collect()
}

/// Without the one too many.
fn first(mut domains: Vec<Domain>) -> KnownDomains {
    let more = domains.len() > MOST_DOMAINS;
    domains.truncate(MOST_DOMAINS);
    KnownDomains { first: domains, more }
}

/// The organizations with the role of which the address is an active person, or that have a domain of `lineage`. Of more than are
/// shown, the domains to show are for [`candidate_complete`].
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

/// One organization, whether it fits or not; [`DbFault::NotFound`] without it.
pub async fn candidate_get(
    c: &mut Conn,
    organization: OrganizationId,
    address: &Address,
    lineage: &[String],
    role: Role,
) -> Result<Asked, DbFault> {
    let partner = role == Role::Partner;
    let query = AskedFor { organization: organization.uuid(), address, lineage, partner };
    let row: AskedRow = query.get_result(c).await.db()?;
    let standing = match (row.merged_into, row.deleted) {
        (Some(into), _) => Standing::Merged(OrganizationId::from_uuid(into)),
        (None, true) => Standing::Deleted,
        (None, false) => Standing::Live,
    };
    Ok(Asked { facts: row.candidate.into_model()?, has_role: row.has_role, standing })
}

/// Reads the domains to show of those whose were not read.
pub async fn candidate_complete(c: &mut Conn, shown: &mut [Candidate]) -> Result<(), DbFault> {
    let missing = shown.iter().filter(|candidate| candidate.facts.known.is_none());
    let organizations: Vec<Uuid> = missing.map(|candidate| candidate.facts.organization.uuid()).collect();
    if organizations.is_empty() {
        return Ok(());
    }
    let rows: Vec<KnownRow> = Known { organizations: &organizations }.load(c).await.db()?;
    for row in rows {
        let id = OrganizationId::from_uuid(row.id);
        let of = shown.iter_mut().filter(|candidate| candidate.facts.organization == id);
        let known = first(domains(row.domains, row.states)?);
        of.for_each(|candidate| candidate.facts.known = Some(known.clone()));
    }
    Ok(())
}
