//! The stored position of one consumer, and what is done while it is locked.

use std::sync::Arc;

use dialtone_authz::Ctx;
use dialtone_db::{Classify as _, Conn, DbFault, Store};
use diesel::{ExpressionMethods as _, QueryDsl as _, dsl::now};
use diesel_async::RunQueryDsl;

use super::{Consumer, Handler, event::Piece};
use crate::schema::consumer_positions as table;

pub(super) struct Progress<H> {
    pub(super) store: Store,
    pub(super) consumer: Consumer,
    pub(super) handler: Arc<H>,
}

impl<H: Handler> Progress<H> {
    /// The stored position; empty at first.
    pub(super) async fn load(&self) -> Result<String, DbFault> {
        let name = self.consumer.name;
        self.store
            .tx("consumer_load", &self.ctx(), async |c| {
                diesel::insert_into(table::table)
                    .values(table::consumer.eq(name))
                    .on_conflict_do_nothing()
                    .execute(c)
                    .await
                    .db()?;
                lock(c, name).await
            })
            .await
    }

    /// Applies the pieces, which follow `from` in the stream, and stores the last position, all or nothing. Answers the position
    /// reached; `None` when another replica has taken the consumer somewhere else.
    pub(super) async fn advance(&self, from: &str, pieces: &[Piece]) -> Result<Option<String>, DbFault> {
        let ctx = self.ctx();
        self.store
            .tx("consumer_advance", &ctx, async |c| {
                let stored = lock(c, self.consumer.name).await?;
                let Some(rest) = after(from, pieces, &stored) else {
                    return Ok(None);
                };
                let Some(last) = rest.last() else {
                    return Ok(Some(stored));
                };
                for piece in rest {
                    if let Piece::Event(event) = piece {
                        self.handler.apply(c, &ctx, event).await?;
                    }
                }
                store(c, self.consumer.name, last.position()).await?;
                Ok(Some(last.position().to_owned()))
            })
            .await
    }

    /// Moves from an expired position to the oldest one kept, unless another replica has moved already.
    pub(super) async fn skip(&self, from: &str, oldest: &str) -> Result<(), DbFault> {
        let ctx = self.ctx();
        self.store
            .tx("consumer_skip", &ctx, async |c| {
                if lock(c, self.consumer.name).await? != from {
                    return Ok(());
                }
                self.handler.missed(c, &ctx).await?;
                store(c, self.consumer.name, oldest).await
            })
            .await
    }

    fn ctx(&self) -> Ctx {
        Ctx::job(self.consumer.service, self.consumer.name)
    }
}

/// The pieces which are still to be applied when `stored` is the consumer's position: all of them if nobody moved it since
/// `from`, the later ones if another replica applied the first.
fn after<'a>(from: &str, pieces: &'a [Piece], stored: &str) -> Option<&'a [Piece]> {
    if stored == from {
        return Some(pieces);
    }
    let done = pieces.iter().rposition(|piece| piece.position() == stored)?;
    Some(&pieces[done + 1..])
}

/// Reads the position and keeps other replicas out until the transaction ends.
async fn lock(c: &mut Conn, consumer: &str) -> Result<String, DbFault> {
    table::table.find(consumer).select(table::position).for_update().first(c).await.db()
}

async fn store(c: &mut Conn, consumer: &str, position: &str) -> Result<(), DbFault> {
    diesel::update(table::table.find(consumer))
        .set((table::position.eq(position), table::updated.eq(now)))
        .execute(c)
        .await
        .db()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caught_up(positions: &[&str]) -> Vec<Piece> {
        positions.iter().map(|p| Piece::CaughtUp((*p).to_owned())).collect()
    }

    #[test]
    fn after_skips_what_another_replica_applied() {
        let pieces = caught_up(&["b", "c", "d"]);
        assert_eq!(after("a", &pieces, "a"), Some(&pieces[..]));
        assert_eq!(after("a", &pieces, "c"), Some(&pieces[2..]));
        assert_eq!(after("a", &pieces, "d"), Some(&pieces[3..]));
        assert_eq!(after("a", &pieces, "z"), None);
    }
}
