//! What organizations that look like one another have in common, and the locks that keep two of them from being created at once.

use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::OrganizationId;
use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::organization_domains as domains;
use crate::model::domain::State;
use crate::model::lookalike::MOST;

/// Keeps every other creation with one of these domains waiting until this transaction ends, and every other in the country if one is
/// given: what the next statement does not find does not come into being meanwhile. Names that look alike have no text in common that
/// could be locked instead.
pub async fn lookalike_lock(c: &mut Conn, country: Option<&str>, domains: &[String]) -> Result<(), DbFault> {
    let country = country.map(|code| format!("organizations of {code}"));
    let domains = domains.iter().map(|domain| format!("organization domain {domain}"));
    let keys: Vec<String> = domains.chain(country).collect();
    // In one order, so that two creations never wait for each other; the inner query is done before the locks are taken.
    let sql = "SELECT pg_advisory_xact_lock(key) FROM \
               (SELECT DISTINCT hashtextextended(text, 0) AS key FROM unnest($1) AS text ORDER BY key) AS keys";
    diesel::sql_query(sql).bind::<Array<Text>, _>(keys).execute(c).await.db()?;
    Ok(())
}

/// Organizations that have one of these domains, deleted ones, too, until they are purged; some of them if there are many.
pub async fn lookalike_sharing(c: &mut Conn, names: &[String]) -> Result<Vec<OrganizationId>, DbFault> {
    let sharing: Vec<Uuid> = domains::table
        .filter(domains::domain.eq_any(names))
        .select(domains::organization_id)
        .distinct()
        .order(domains::organization_id)
        .limit(MOST as i64)
        .load(c)
        .await
        .db()?;
    Ok(sharing.into_iter().map(OrganizationId::from_uuid).collect())
}

/// Whether somebody holds one of the domains exclusively.
pub async fn lookalike_has_claim(c: &mut Conn, names: &[String]) -> Result<bool, DbFault> {
    let claimed =
        domains::table.filter(domains::domain.eq_any(names)).filter(domains::state.eq(State::Claimed.as_str()));
    diesel::select(exists(claimed)).get_result(c).await.db()
}
