//! Rows of domains, as resources of their own. What an organization shows of them is read in [`super::organization`].

use chrono::{DateTime, Utc};
use dialtone_db::{Cas, Classify as _, Conn, DbFault, cas};
use dialtone_ids::OrganizationId;
use diesel::dsl::{exists, now, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::organization_domains as domains;
use super::unreadable;
use crate::model::challenge::Challenge;
use crate::model::domain::State;
use crate::model::held_domain::{DomainName, HeldDomain};

/// The version after any that a domain ever had.
const NEXT_VERSION: &str = "nextval('organization_domain_versions')";

#[derive(Queryable, Selectable)]
#[diesel(table_name = domains, check_for_backend(diesel::pg::Pg))]
struct DomainRow {
    organization_id: Uuid,
    domain: String,
    state: String,
    version: i64,
    created: DateTime<Utc>,
    verified: Option<DateTime<Utc>>,
    claimed: Option<DateTime<Utc>>,
}

impl DomainRow {
    fn into_model(self) -> Result<HeldDomain, DbFault> {
        let organization = OrganizationId::from_uuid(self.organization_id);
        Ok(HeldDomain {
            name: DomainName { organization, domain: self.domain },
            state: State::parse(&self.state).ok_or_else(|| unreadable("state"))?,
            version: self.version,
            created: self.created,
            verified: self.verified,
            claimed: self.claimed,
        })
    }
}

type Own<'a> = diesel::dsl::Find<domains::table, (Uuid, &'a str)>;

fn own(name: &DomainName) -> Own<'_> {
    domains::table.find((name.organization.uuid(), name.domain.as_str()))
}

/// Inserts a domain, UNVERIFIED and with a challenge of its own, unless the organization has it; none in that case.
pub async fn domain_insert(c: &mut Conn, name: &DomainName) -> Result<Option<HeldDomain>, DbFault> {
    let row: Option<DomainRow> = diesel::insert_into(domains::table)
        .values((
            domains::organization_id.eq(name.organization.uuid()),
            domains::domain.eq(&name.domain),
            domains::state.eq(State::Unverified.as_str()),
        ))
        .on_conflict_do_nothing()
        .returning(DomainRow::as_returning())
        .get_result(c)
        .await
        .optional()
        .db()?;
    row.map(DomainRow::into_model).transpose()
}

/// Reads one domain; [`DbFault::NotFound`] without it.
pub async fn domain_get(c: &mut Conn, name: &DomainName) -> Result<HeldDomain, DbFault> {
    own(name).select(DomainRow::as_select()).get_result(c).await.db()?.into_model()
}

/// Reads one domain and what proves it; [`DbFault::NotFound`] without it.
pub async fn domain_get_challenge(c: &mut Conn, name: &DomainName) -> Result<(HeldDomain, Challenge), DbFault> {
    let query = own(name).select((DomainRow::as_select(), domains::challenge));
    let (row, token): (DomainRow, Uuid) = query.get_result(c).await.db()?;
    Ok((row.into_model()?, Challenge::new(token)))
}

/// Notes that the challenge was found, if it is still the domain's.
pub async fn domain_verify_if(
    c: &mut Conn,
    name: &DomainName,
    challenge: Challenge,
) -> Result<Cas<HeldDomain>, DbFault> {
    // A claimed domain stays claimed.
    let state = sql::<Text>("CASE state WHEN 'UNVERIFIED' THEN 'VERIFIED' ELSE state END");
    let updated = diesel::update(own(name).filter(domains::challenge.eq(challenge.token())))
        .set((domains::state.eq(state), domains::verified.eq(now), domains::version.eq(sql::<BigInt>(NEXT_VERSION))))
        .returning(DomainRow::as_returning())
        .get_result(c)
        .await
        .db();
    answered(cas(updated, domain_exists(c, name)).await?)
}

/// Claims a domain if its version is still `version`. [`DbFault::Unique`] where somebody else has.
pub async fn domain_claim_if(c: &mut Conn, name: &DomainName, version: i64) -> Result<Cas<HeldDomain>, DbFault> {
    let updated = diesel::update(own(name).filter(domains::version.eq(version)))
        .set((
            domains::state.eq(State::Claimed.as_str()),
            // Not when the transaction began: it may have waited for another claim.
            domains::claimed.eq(sql::<Nullable<Timestamptz>>("clock_timestamp()")),
            domains::version.eq(sql::<BigInt>(NEXT_VERSION)),
        ))
        .returning(DomainRow::as_returning())
        .get_result(c)
        .await
        .db();
    answered(cas(updated, domain_exists(c, name)).await?)
}

/// Removes a domain if its version is still `version`; answers what it was.
pub async fn domain_delete_if(c: &mut Conn, name: &DomainName, version: i64) -> Result<Cas<HeldDomain>, DbFault> {
    let deleted = diesel::delete(own(name).filter(domains::version.eq(version)))
        .returning(DomainRow::as_returning())
        .get_result(c)
        .await
        .db();
    answered(cas(deleted, domain_exists(c, name)).await?)
}

fn answered(answer: Cas<DomainRow>) -> Result<Cas<HeldDomain>, DbFault> {
    Ok(match answer {
        Cas::Updated(row) => Cas::Updated(row.into_model()?),
        Cas::Stale => Cas::Stale,
        Cas::Missing => Cas::Missing,
    })
}

async fn domain_exists(c: &mut Conn, name: &DomainName) -> Result<bool, DbFault> {
    diesel::select(exists(own(name))).get_result(c).await.db()
}

/// One page of an organization's domains by name, after `after`.
pub async fn domain_list(
    c: &mut Conn,
    organization: OrganizationId,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<HeldDomain>, DbFault> {
    let mut query = domains::table
        .filter(domains::organization_id.eq(organization.uuid()))
        .select(DomainRow::as_select())
        .order(domains::domain)
        .limit(limit)
        .into_boxed();
    if let Some(domain) = after {
        query = query.filter(domains::domain.gt(domain));
    }
    query.load(c).await.db()?.into_iter().map(DomainRow::into_model).collect()
}

#[derive(QueryableByName)]
struct CountRow {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many domains an organization has; counts no further than `most`.
pub async fn domain_count(c: &mut Conn, organization: OrganizationId, most: i64) -> Result<i64, DbFault> {
    let sql = "SELECT count(*) AS count FROM (SELECT FROM organization_domains WHERE organization_id = $1 LIMIT $2) AS counted";
    let query = diesel::sql_query(sql).bind::<SqlUuid, _>(organization.uuid()).bind::<BigInt, _>(most);
    let row: CountRow = query.get_result(c).await.db()?;
    Ok(row.count)
}

/// Keeps every other claim below the registered domain waiting until this transaction ends: only then does it mean anything that
/// nobody has claimed a domain above.
pub async fn domain_claim_lock(c: &mut Conn, registered: &str) -> Result<(), DbFault> {
    let sql = "SELECT pg_advisory_xact_lock(hashtextextended('domain claim ' || $1, 0))";
    diesel::sql_query(sql).bind::<Text, _>(registered).execute(c).await.db()?;
    Ok(())
}

/// Whether an organization other than `own` has claimed one of these domains; of deleted ones, too, until they are purged.
pub async fn domain_is_claimed_elsewhere(c: &mut Conn, names: &[String], own: OrganizationId) -> Result<bool, DbFault> {
    let claimed = domains::table
        .filter(domains::domain.eq_any(names))
        .filter(domains::state.eq(State::Claimed.as_str()))
        .filter(domains::organization_id.ne(own.uuid()));
    diesel::select(exists(claimed)).get_result(c).await.db()
}
