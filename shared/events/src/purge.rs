//! Removes old events, in small pieces, and remembers up to where.

use std::time::Duration;

use chrono::{DateTime, Utc};
use dialtone_authz::Ctx;
use dialtone_db::{Classify as _, Conn, DbFault, Store};
use dialtone_ids::ServiceName;
use diesel::{ExpressionMethods as _, OptionalExtension as _, QueryDsl as _};
use diesel_async::RunQueryDsl;
use tokio_util::sync::CancellationToken;

use crate::schema::{outbox, outbox_state};

/// Events of one transaction: some ten milliseconds, so that nobody waits for the purge.
const PIECE: i64 = 1_000;
/// How often old events are looked for.
const PERIOD: Duration = Duration::from_secs(60);

/// For how long events are kept.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Age at which an event goes. At least an hour, so that no open transaction can have a position among those that go.
    pub keep: Duration,
}

impl Default for Retention {
    /// Thirty days: longer than any consumer is left broken.
    fn default() -> Retention {
        Retention { keep: Duration::from_secs(30 * 24 * 3_600) }
    }
}

impl Retention {
    /// The least age.
    pub const LEAST: Duration = Duration::from_secs(3_600);

    /// Raises too short a time to the least.
    pub fn new(keep: Duration) -> Retention {
        Retention { keep: keep.max(Self::LEAST) }
    }
}

/// Purges until `shutdown`. Safe in any number of replicas: one at a time does it, the others skip.
pub async fn run_purge(store: Store, service: ServiceName, retention: Retention, shutdown: CancellationToken) {
    let purge = async {
        loop {
            match purge_piece(&store, service, retention.keep).await {
                Ok(gone) if gone == PIECE as usize => {}
                Ok(_) => tokio::time::sleep(PERIOD).await,
                Err(fault) => {
                    tracing::warn!(%fault, "cannot purge old events; trying again");
                    tokio::time::sleep(PERIOD).await;
                }
            }
        }
    };
    shutdown.run_until_cancelled(purge).await;
}

/// Removes the oldest events that are older than `keep`, at most a piece of them; says how many.
pub(crate) async fn purge_piece(store: &Store, service: ServiceName, keep: Duration) -> Result<usize, DbFault> {
    let ctx = Ctx::job(service, "events-purge");
    // The database's clock made the times; seconds of difference to ours do not matter at an age of hours.
    let oldest_kept = Utc::now() - keep;
    store.tx("events_purge", &ctx, async |c| remove(c, oldest_kept).await).await
}

async fn remove(c: &mut Conn, oldest_kept: DateTime<Utc>) -> Result<usize, DbFault> {
    let lock = outbox_state::table.select(outbox_state::floor).for_update().skip_locked();
    let Some(floor) = lock.first::<i64>(c).await.optional().db()? else {
        return Ok(0);
    };
    let oldest: Vec<(i64, DateTime<Utc>)> = outbox::table
        .select((outbox::position, outbox::created))
        .filter(outbox::position.gt(floor))
        .order(outbox::position)
        .limit(PIECE)
        .load(c)
        .await
        .db()?;
    // Only a whole beginning may go: a reader knows by one number what it has missed.
    let old = oldest.iter().take_while(|(_, created)| *created < oldest_kept);
    let Some(last) = old.map(|(position, _)| *position).last() else {
        return Ok(0);
    };
    let gone = diesel::delete(outbox::table.filter(outbox::position.le(last))).execute(c).await.db()?;
    diesel::update(outbox_state::table).set(outbox_state::floor.eq(last)).execute(c).await.db()?;
    Ok(gone)
}
