//! Rows of merges, and the locks under which two organizations become one.

use chrono::{DateTime, Utc};
use dialtone_db::{Classify as _, Conn, DbFault};
use dialtone_ids::{OperationId, OrganizationId};
use diesel::dsl::{now, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, Text, Uuid as SqlUuid};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::schema::{organization_domains as domains, organization_merges as merges, organizations};
use super::unreadable;
use crate::model::domain::{Domain, State};
use crate::model::standing::Standing;

/// How far a merge is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Accepted; nothing changed yet.
    Planned,
    /// The duplicate is gone, its people are being carried over.
    Carrying,
    /// Done, and can be undone.
    Merged,
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "PLANNED",
            Self::Carrying => "CARRYING",
            Self::Merged => "MERGED",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        [Self::Planned, Self::Carrying, Self::Merged].into_iter().find(|stage| stage.as_str() == text)
    }
}

/// Two organizations that become one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// Of the operation, and so of the merge.
    pub id: OperationId,
    pub survivor: OrganizationId,
    pub duplicate: OrganizationId,
    pub stage: Stage,
    pub plan_hash: String,
    /// Whether it can be undone at this moment, as far as time goes.
    pub open: bool,
}

type Row = (Uuid, Uuid, Uuid, String, String, bool);

fn merge((id, survivor, duplicate, stage, plan_hash, open): Row) -> Result<Merge, DbFault> {
    Ok(Merge {
        id: OperationId::from_uuid(id),
        survivor: OrganizationId::from_uuid(survivor),
        duplicate: OrganizationId::from_uuid(duplicate),
        stage: Stage::parse(&stage).ok_or_else(|| unreadable("state"))?,
        plan_hash,
        open,
    })
}

/// What becomes of two organizations from here on, happens one after the other: both are locked, for writers of their rows too.
/// How they stand, in the order of the question; none for one that is not there.
pub async fn standing_lock(c: &mut Conn, ids: [OrganizationId; 2]) -> Result<[Option<Standing>; 2], DbFault> {
    // In one order, so that two merges never wait for each other.
    let rows: Vec<(Uuid, Option<DateTime<Utc>>, Option<Uuid>)> = organizations::table
        .filter(organizations::id.eq_any(ids.map(OrganizationId::uuid)))
        .select((organizations::id, organizations::deleted, organizations::merged_into))
        .order(organizations::id)
        .for_update()
        .load(c)
        .await
        .db()?;
    Ok(ids.map(|id| rows.iter().find(|row| row.0 == id.uuid()).map(|row| standing(row.1, row.2))))
}

fn standing(deleted: Option<DateTime<Utc>>, merged_into: Option<Uuid>) -> Standing {
    match (deleted, merged_into) {
        (_, Some(into)) => Standing::Merged(OrganizationId::from_uuid(into)),
        (Some(_), None) => Standing::Deleted,
        (None, None) => Standing::Live,
    }
}

/// How an organization stands; none for one that is not there.
pub async fn standing_get(c: &mut Conn, organization: OrganizationId) -> Result<Option<Standing>, DbFault> {
    let row: Option<(Option<DateTime<Utc>>, Option<Uuid>)> = organizations::table
        .find(organization.uuid())
        .select((organizations::deleted, organizations::merged_into))
        .get_result(c)
        .await
        .optional()
        .db()?;
    Ok(row.map(|row| standing(row.0, row.1)))
}

/// Where what is said of an organization belongs: it and those into which it was merged, the living one last. Locked against merges
/// until the transaction ends. Empty for one that is not there, or was deleted.
pub async fn standing_follow(c: &mut Conn, organization: OrganizationId) -> Result<Vec<OrganizationId>, DbFault> {
    let mut chain = vec![organization];
    loop {
        let last = chain[chain.len() - 1];
        let row: Option<(Option<DateTime<Utc>>, Option<Uuid>)> = organizations::table
            .find(last.uuid())
            .select((organizations::deleted, organizations::merged_into))
            .for_share()
            .get_result(c)
            .await
            .optional()
            .db()?;
        match row.map(|row| standing(row.0, row.1)) {
            Some(Standing::Live) => return Ok(chain),
            Some(Standing::Merged(into)) => chain.push(into),
            Some(Standing::Deleted) | None => return Ok(Vec::new()),
        }
    }
}

/// A merge that is under way with one of these organizations, and which of them.
pub async fn merge_under_way(
    c: &mut Conn,
    ids: [OrganizationId; 2],
) -> Result<Option<(OrganizationId, OperationId)>, DbFault> {
    let uuids = ids.map(OrganizationId::uuid);
    let row: Option<(Uuid, Uuid, Uuid)> = merges::table
        .filter(merges::state.ne(Stage::Merged.as_str()))
        .filter(merges::survivor_id.eq_any(uuids).or(merges::duplicate_id.eq_any(uuids)))
        .select((merges::id, merges::survivor_id, merges::duplicate_id))
        .first(c)
        .await
        .optional()
        .db()?;
    Ok(row.map(|(id, survivor, duplicate)| {
        let shared = ids.into_iter().find(|id| [survivor, duplicate].contains(&id.uuid()));
        (shared.unwrap_or(ids[0]), OperationId::from_uuid(id))
    }))
}

/// Notes a merge that was accepted.
pub async fn merge_insert(
    c: &mut Conn,
    id: OperationId,
    [survivor, duplicate]: [OrganizationId; 2],
    plan_hash: &str,
) -> Result<(), DbFault> {
    diesel::insert_into(merges::table)
        .values((
            merges::id.eq(id.uuid()),
            merges::survivor_id.eq(survivor.uuid()),
            merges::duplicate_id.eq(duplicate.uuid()),
            merges::state.eq(Stage::Planned.as_str()),
            merges::plan_hash.eq(plan_hash),
        ))
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// The merge of an operation; [`DbFault::NotFound`] without it.
pub async fn merge_get(c: &mut Conn, id: OperationId) -> Result<Merge, DbFault> {
    let open = sql::<Bool>("coalesce(undo_until > now(), false)");
    let columns = (merges::id, merges::survivor_id, merges::duplicate_id, merges::state, merges::plan_hash, open);
    merge(merges::table.find(id.uuid()).select(columns).get_result(c).await.db()?)
}

/// The merge of which an organization is the duplicate.
pub async fn merge_of(c: &mut Conn, duplicate: OrganizationId) -> Result<Option<Merge>, DbFault> {
    let id: Option<Uuid> = merges::table
        .filter(merges::duplicate_id.eq(duplicate.uuid()))
        .select(merges::id)
        .get_result(c)
        .await
        .optional()
        .db()?;
    match id {
        None => Ok(None),
        Some(id) => merge_get(c, OperationId::from_uuid(id)).await.map(Some),
    }
}

/// The duplicate of a merge that touched the same survivor after this one, the newest of them.
pub async fn merge_later(c: &mut Conn, merge: &Merge) -> Result<Option<OrganizationId>, DbFault> {
    let survivor = merge.survivor.uuid();
    // Identifiers are UUIDv7: their order is that of acceptance, and merges of one organization never overlap.
    let later: Option<Uuid> = merges::table
        .filter(merges::id.gt(merge.id.uuid()))
        .filter(merges::survivor_id.eq(survivor).or(merges::duplicate_id.eq(survivor)))
        .select(merges::duplicate_id)
        .order(merges::id.desc())
        .first(c)
        .await
        .optional()
        .db()?;
    Ok(later.map(OrganizationId::from_uuid))
}

/// The duplicate goes: deleted, and a signpost to the survivor. [`DbFault::NotFound`] if it is gone already.
pub async fn merge_close(c: &mut Conn, merge: &Merge) -> Result<(), DbFault> {
    let live = organizations::table.find(merge.duplicate.uuid()).filter(organizations::deleted.is_null());
    let gone = diesel::update(live)
        .set((
            organizations::deleted.eq(now),
            organizations::merged_into.eq(merge.survivor.uuid()),
            organizations::version.eq(organizations::version + 1),
        ))
        .execute(c)
        .await
        .db()?;
    if gone == 0 {
        return Err(DbFault::NotFound);
    }
    diesel::update(merges::table.find(merge.id.uuid()))
        .set(merges::state.eq(Stage::Carrying.as_str()))
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// Everything is carried over; from now on the window for undoing runs, whose end is answered.
pub async fn merge_finish(c: &mut Conn, id: OperationId, undo_days: i32) -> Result<DateTime<Utc>, DbFault> {
    let until = "UPDATE organization_merges SET state = 'MERGED', undo_until = now() + make_interval(days => $2) \
                 WHERE id = $1 RETURNING undo_until";
    let row: UntilRow = diesel::sql_query(until)
        .bind::<SqlUuid, _>(id.uuid())
        .bind::<Integer, _>(undo_days)
        .get_result(c)
        .await
        .db()?;
    Ok(row.undo_until)
}

#[derive(QueryableByName)]
struct UntilRow {
    #[diesel(sql_type = diesel::sql_types::Timestamptz)]
    undo_until: DateTime<Utc>,
}

/// The duplicate is an organization of its own again.
pub async fn merge_reopen(c: &mut Conn, merge: &Merge) -> Result<(), DbFault> {
    diesel::update(organizations::table.find(merge.duplicate.uuid()))
        .set((
            organizations::deleted.eq(None::<DateTime<Utc>>),
            organizations::merged_into.eq(None::<Uuid>),
            organizations::version.eq(organizations::version + 1),
        ))
        .execute(c)
        .await
        .db()?;
    Ok(())
}

/// Forgets a merge whose rows are forgotten.
pub async fn merge_delete(c: &mut Conn, id: OperationId) -> Result<(), DbFault> {
    diesel::delete(merges::table.find(id.uuid())).execute(c).await.db()?;
    Ok(())
}

/// Some of the merges whose window is over.
pub async fn merge_list_expired(c: &mut Conn, limit: i64) -> Result<Vec<Merge>, DbFault> {
    let ids: Vec<Uuid> = merges::table
        .filter(merges::undo_until.lt(now))
        .select(merges::id)
        .order(merges::undo_until)
        .limit(limit)
        .load(c)
        .await
        .db()?;
    let mut expired = Vec::with_capacity(ids.len());
    for id in ids {
        expired.push(merge_get(c, OperationId::from_uuid(id)).await?);
    }
    Ok(expired)
}

/// Every domain of an organization, by domain.
pub async fn domain_list_of(c: &mut Conn, organization: OrganizationId) -> Result<Vec<Domain>, DbFault> {
    let rows: Vec<(String, String)> = domains::table
        .filter(domains::organization_id.eq(organization.uuid()))
        .select((domains::domain, domains::state))
        .order(domains::domain)
        .load(c)
        .await
        .db()?;
    let domain = |(domain, state): (String, String)| {
        Ok(Domain { domain, state: State::parse(&state).ok_or_else(|| unreadable("state"))? })
    };
    rows.into_iter().map(domain).collect()
}

/// A domain that the duplicate would claim again, and that a third organization has claimed since; the first, if there are any.
pub async fn claim_lost(c: &mut Conn, merge: &Merge) -> Result<Option<String>, DbFault> {
    let sql = "SELECT min(d.domain) AS domain FROM organization_merge_rows AS r \
                 JOIN organization_domains AS d ON d.domain = r.key AND d.state = 'CLAIMED' \
               WHERE r.merge_id = $1 AND r.kind = 'DOMAIN_BEHIND' AND d.organization_id NOT IN ($2, $3)";
    let row: DomainRow = diesel::sql_query(sql)
        .bind::<SqlUuid, _>(merge.id.uuid())
        .bind::<SqlUuid, _>(merge.survivor.uuid())
        .bind::<SqlUuid, _>(merge.duplicate.uuid())
        .get_result(c)
        .await
        .db()?;
    Ok(row.domain)
}

#[derive(QueryableByName)]
struct DomainRow {
    #[diesel(sql_type = Nullable<Text>)]
    domain: Option<String>,
}

/// Whether one of the two provisions for the other through a third organization.
pub async fn merge_would_cycle(c: &mut Conn, [one, other]: [OrganizationId; 2]) -> Result<bool, DbFault> {
    let up = "WITH RECURSIVE up (id) AS (\
                SELECT partner_id FROM partner_links WHERE customer_id = $1 AND partner_id <> $2 \
                UNION SELECT l.partner_id FROM up JOIN partner_links AS l ON l.customer_id = up.id) \
              SELECT count(*) AS count FROM up WHERE id = $2";
    for (lower, upper) in [(one, other), (other, one)] {
        let found: CountRow = diesel::sql_query(up)
            .bind::<SqlUuid, _>(lower.uuid())
            .bind::<SqlUuid, _>(upper.uuid())
            .get_result(c)
            .await
            .db()?;
        if found.count > 0 {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A number that SQL counted.
#[derive(QueryableByName)]
pub(super) struct CountRow {
    #[diesel(sql_type = BigInt)]
    pub(super) count: i64,
}
