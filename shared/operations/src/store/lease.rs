//! Keeping and giving back what is held.

use std::time::Duration;

use dialtone_db::{Classify, Conn, DbFault};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Bool, Interval},
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::{interval, moment};
use crate::schema::operations;

/// One operation that is still held.
#[derive(Debug, QueryableByName)]
pub(crate) struct Renewed {
    #[diesel(sql_type = diesel::sql_types::Uuid)]
    pub(crate) id: Uuid,
    #[diesel(sql_type = BigInt)]
    pub(crate) epoch: i64,
    /// Somebody asked to cancel it.
    #[diesel(sql_type = Bool)]
    pub(crate) cancel_requested: bool,
}

// A row that a commit of ours has locked is still ours and is renewed by that commit: it is skipped, not waited for, so that
// one slow commit does not cost all the others their lease.
const RENEW: &str = "
WITH mine AS (SELECT * FROM unnest($1, $2) AS m (id, epoch)),
     held AS (SELECT o.id, o.epoch, o.cancel_requested FROM operations o JOIN mine USING (id, epoch)),
     free AS (SELECT o.id FROM operations o JOIN mine USING (id, epoch) FOR NO KEY UPDATE OF o SKIP LOCKED),
     renewed AS (UPDATE operations o SET lease_until = clock_timestamp() + $3 FROM free WHERE o.id = free.id)
SELECT id, epoch, cancel_requested FROM held";

/// Renews the leases of everything this process holds; answers what it really still holds.
pub(crate) async fn operations_renew(
    c: &mut Conn,
    (ids, epochs): (&[Uuid], &[i64]),
    lease: Duration,
) -> Result<Vec<Renewed>, DbFault> {
    diesel::sql_query(RENEW)
        .bind::<Array<diesel::sql_types::Uuid>, _>(ids)
        .bind::<Array<BigInt>, _>(epochs)
        .bind::<Interval, _>(interval(lease))
        .load(c)
        .await
        .db()
}

/// Gives an operation back as it is: due at once, or counted as a failure and due after a wait. Nothing happens if it is no
/// longer held.
pub(crate) async fn operation_release(
    c: &mut Conn,
    id: Uuid,
    epoch: i64,
    failed: Option<Duration>,
) -> Result<(), DbFault> {
    // Without a lease the last turn was written after all, and says itself when the operation is due.
    let mine = operations::id.eq(id).and(operations::epoch.eq(epoch)).and(operations::lease_until.is_not_null());
    diesel::update(operations::table.filter(mine))
        .set((
            operations::lease_until.eq(None::<chrono::DateTime<chrono::Utc>>),
            operations::failures.eq(operations::failures + i32::from(failed.is_some())),
            operations::run_at.eq(moment(Some(failed.unwrap_or_default()))),
        ))
        .execute(c)
        .await
        .db()?;
    Ok(())
}
