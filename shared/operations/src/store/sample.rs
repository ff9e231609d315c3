//! How long the queue is.

use dialtone_db::{Classify, Conn, DbFault};
use diesel::{
    prelude::*,
    sql_types::{Array, BigInt, Double, Integer, Text},
};
use diesel_async::RunQueryDsl;

/// The operations under way at one moment, in all replicas together.
#[derive(Debug, Clone, Copy, PartialEq, QueryableByName)]
pub struct Queue {
    /// Operations that are due and not held, of known kinds.
    #[diesel(sql_type = BigInt)]
    pub due: i64,
    /// For how long the oldest of them has been due, in seconds; 0 if there is none.
    #[diesel(sql_type = Double)]
    pub oldest_seconds: f64,
    /// Operations that wait for a person.
    #[diesel(sql_type = BigInt)]
    pub stuck: i64,
    /// Unfinished operations of a kind or version that this release does not know and leaves alone.
    #[diesel(sql_type = BigInt)]
    pub unknown: i64,
}

const SAMPLE: &str = "
SELECT count(*) FILTER (WHERE ready AND known) AS due,
       coalesce(extract(epoch FROM now() - min(run_at) FILTER (WHERE ready AND known)), 0)::double precision AS oldest_seconds,
       count(*) FILTER (WHERE state = 'STUCK') AS stuck,
       count(*) FILTER (WHERE NOT known) AS unknown
  FROM (SELECT o.state, o.run_at,
               o.run_at <= now() AND (o.lease_until IS NULL OR o.lease_until < now()) AS ready,
               (o.kind, o.version) IN (SELECT * FROM unnest($1, $2)) AS known
          FROM operations o) AS q";

/// Measures the queue. Reads the whole hot table, which holds unfinished work only.
pub(crate) async fn queue_sample(c: &mut Conn, (kinds, versions): (&[&str], &[i32])) -> Result<Queue, DbFault> {
    diesel::sql_query(SAMPLE).bind::<Array<Text>, _>(kinds).bind::<Array<Integer>, _>(versions).get_result(c).await.db()
}
