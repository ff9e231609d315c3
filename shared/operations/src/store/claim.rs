//! Taking work: due, not held, of a known kind, the longest due first.

use std::time::Duration;

use dialtone_db::{Classify, Conn, DbFault};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Integer, Interval, Text},
};
use diesel_async::RunQueryDsl;

use super::{OperationRow, interval};

/// An operation that is now held under a new epoch. The row shows it as it was before the claim, but for its epoch.
#[derive(Debug, QueryableByName)]
pub(crate) struct Claimed {
    #[diesel(embed)]
    pub(crate) operation: OperationRow,
}

// `now()` and not `clock_timestamp()` where rows are searched: an index needs a value that stands still.
// SKIP LOCKED: claims of other processes, and commits under way, are passed by and not waited for.
// A lease that was not given back is the only trace a crashed worker leaves; counting it here makes an operation that kills its
// worker stop as STUCK after its budget instead of killing for ever.
const CLAIM: &str = "
WITH due AS (
    SELECT o.id, o.state AS was, o.lease_until IS NOT NULL AS lost
      FROM operations o
     WHERE o.run_at <= now()
       AND (o.lease_until IS NULL OR o.lease_until < now())
       AND (o.kind, o.version) IN (SELECT * FROM unnest($1, $2))
     ORDER BY o.run_at
     LIMIT $3
       FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE operations o
   SET epoch = o.epoch + 1,
       lease_until = clock_timestamp() + $4,
       failures = o.failures + due.lost::int,
       state = CASE o.state WHEN 'PENDING' THEN 'RUNNING' ELSE o.state END,
       update_time = CASE o.state WHEN 'PENDING' THEN clock_timestamp() ELSE o.update_time END
  FROM due
 WHERE o.id = due.id
RETURNING o.id, o.tenant, o.kind, o.version, o.target, o.parent, o.actor, o.request_id, due.was AS state, o.ending, o.step,
          o.failures, o.cancel_requested, o.input, o.notes, o.units_done, o.units_total, o.percent, o.failure, o.epoch";

/// Claims at most `limit` operations of the given kinds and versions for the time of `lease`.
pub(crate) async fn operations_claim(
    c: &mut Conn,
    (kinds, versions): (&[&str], &[i32]),
    limit: u32,
    lease: Duration,
) -> Result<Vec<Claimed>, DbFault> {
    diesel::sql_query(CLAIM)
        .bind::<Array<Text>, _>(kinds)
        .bind::<Array<Integer>, _>(versions)
        .bind::<BigInt, _>(i64::from(limit))
        .bind::<Interval, _>(interval(lease))
        .load(c)
        .await
        .db()
}
