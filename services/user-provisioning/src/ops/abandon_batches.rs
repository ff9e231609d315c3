//! Removes batches whose operation was cancelled before anything was begun: the engine has nothing to take back then, and the
//! target was never called.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Store};
use dialtone_ids::UserName;

use super::take_back_chunk::remove_users;
use crate::error::Error;
use crate::model::batch::MOST_USERS;
use crate::store::batch::{self, Of};
use crate::store::op::Op;

/// Batches of one transaction.
const AT_ONCE: i64 = 10;

/// Removes some of them; how many.
pub async fn run(store: &Store, ctx: &Ctx) -> Result<usize, Error> {
    store
        .tx(Op::BatchAbandon, ctx, async |c: &mut Conn| {
            let orphans = batch::batch_orphans(c, AT_ONCE).await.map_err(Error::Db)?;
            for of in &orphans {
                remove(c, ctx, *of).await?;
            }
            Ok(orphans.len())
        })
        .await
}

async fn remove(c: &mut Conn, ctx: &Ctx, of: Of) -> Result<(), Error> {
    let rows = batch::batch_left(c, of, MOST_USERS).await.map_err(Error::Db)?;
    let users: Vec<UserName> = rows.into_iter().map(|(row, _)| row.user).collect();
    batch::batch_end(c, of).await.map_err(Error::Db)?;
    remove_users(c, ctx, of, &users).await.map_err(Error::Db)
}
