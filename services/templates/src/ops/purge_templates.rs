//! Removes deleted drafts whose time is up.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};

use crate::App;
use crate::store::{op::Op, template};

/// Rows of one transaction, so that its locks are short.
const BATCH: usize = 500;

/// How many were removed.
pub async fn run(app: &App, ctx: &Ctx) -> Result<usize, DbFault> {
    let mut removed = 0;
    loop {
        let batch = app
            .store
            .tx(Op::TemplatePurge, ctx, async |c: &mut Conn| template::template_purge(c, BATCH as i64).await)
            .await?;
        removed += batch;
        if batch < BATCH {
            return Ok(removed);
        }
    }
}
