//! Removes what imports left behind whose process died.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};

use crate::App;
use crate::store::{import, op::Op};

/// Lines of one transaction, so that its locks are short.
const AT_ONCE: usize = 5_000;

/// Says how many lines were removed.
pub async fn run(app: &App, ctx: &Ctx) -> Result<usize, DbFault> {
    let mut removed = 0;
    loop {
        let sweep = async |c: &mut Conn| import::import_sweep(c, AT_ONCE as i64).await;
        let swept = app.store.tx(Op::ImportSweep, ctx, sweep).await?;
        removed += swept;
        if swept < AT_ONCE {
            return Ok(removed);
        }
    }
}
