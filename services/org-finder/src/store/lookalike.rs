//! Organizations that look like one that is about to be created.

use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::OrganizationId;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::{organization_domains as domains, organizations};
use crate::model::domain::State;

/// The most that are named.
const MOST: i64 = 10;

/// What makes two organizations look alike: the same name in the same country, or a shared domain.
pub struct Likeness<'a> {
    pub normalized_name: &'a str,
    pub region_code: &'a str,
    pub domains: &'a [String],
}

/// Keeps every other creation with the same likeness waiting until this transaction ends: what the next statement does not find
/// does not come into being meanwhile.
pub async fn lookalike_lock(c: &mut Conn, like: &Likeness<'_>) -> Result<(), DbFault> {
    let name = format!("organization name {} {}", like.region_code, like.normalized_name);
    let keys: Vec<String> =
        like.domains.iter().map(|domain| format!("organization domain {domain}")).chain([name]).collect();
    // In one order, so that two creations never wait for each other; the inner query is done before the locks are taken.
    let sql = "SELECT pg_advisory_xact_lock(key) FROM \
               (SELECT DISTINCT hashtextextended(text, 0) AS key FROM unnest($1) AS text ORDER BY key) AS keys";
    diesel::sql_query(sql).bind::<Array<Text>, _>(keys).execute(c).await.db()?;
    Ok(())
}

/// Those that exist, at most ten.
pub async fn lookalike_list(c: &mut Conn, like: &Likeness<'_>) -> Result<Vec<OrganizationId>, DbFault> {
    let same_name =
        organizations::normalized_name.eq(like.normalized_name).and(organizations::region_code.eq(like.region_code));
    let named: Vec<Uuid> = organizations::table
        .filter(same_name)
        .select(organizations::id)
        .order(organizations::id)
        .limit(MOST)
        .load(c)
        .await
        .db()?;
    let sharing: Vec<Uuid> = domains::table
        .filter(domains::domain.eq_any(like.domains))
        .select(domains::organization_id)
        .distinct()
        .order(domains::organization_id)
        .limit(MOST)
        .load(c)
        .await
        .db()?;
    let mut all: Vec<_> = named.into_iter().chain(sharing).map(OrganizationId::from_uuid).collect();
    all.sort_unstable();
    all.dedup();
    all.truncate(MOST as usize);
    Ok(all)
}

/// Whether somebody holds one of the domains exclusively.
pub async fn lookalike_has_claim(c: &mut Conn, like: &Likeness<'_>) -> Result<bool, DbFault> {
    let claimed =
        domains::table.filter(domains::domain.eq_any(like.domains)).filter(domains::state.eq(State::Claimed.as_str()));
    diesel::select(exists(claimed)).get_result(c).await.db()
}
