//! Forgets merges that cannot be undone any more, with what of the duplicate stayed behind.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};

use crate::App;
use crate::store::merge::{self, Merge};
use crate::store::{merge_person, merge_row, op::Op};

/// Rows of one table in one transaction, so that its locks are short.
const AT_ONCE: usize = 2_000;

/// Says how many merges were forgotten. What died half-way is found again.
pub async fn run(app: &App, ctx: &Ctx) -> Result<usize, DbFault> {
    let mut forgotten = 0;
    loop {
        let list = async |c: &mut Conn| merge::merge_list_expired(c, 100).await;
        let expired = app.store.read(Op::MergePurge, ctx, list).await?;
        if expired.is_empty() {
            return Ok(forgotten);
        }
        let mut unforgotten = None;
        for merge in &expired {
            match forget(app, ctx, merge).await {
                Ok(()) => forgotten += 1,
                Err(fault) => {
                    tracing::warn!(merge = %merge.id, %fault, "a merge cannot be forgotten yet");
                    unforgotten = Some(fault);
                }
            }
        }
        // The others of this page are done; those after it have to wait for it.
        if let Some(fault) = unforgotten {
            return Err(fault);
        }
    }
}

async fn forget(app: &App, ctx: &Ctx, merge: &Merge) -> Result<(), DbFault> {
    let page = async |c: &mut Conn| {
        let behind = merge_person::merge_leftover_delete(c, merge, AT_ONCE as i64).await?;
        let recorded = merge_row::rows_forget(c, merge.id, AT_ONCE as i64).await?;
        if behind + recorded == 0 {
            merge::merge_delete(c, merge.id).await?;
        }
        Ok::<_, DbFault>(behind + recorded)
    };
    while app.store.tx(Op::MergePurge, ctx, page).await? > 0 {}
    Ok(())
}
