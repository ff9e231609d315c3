//! Puts organizations into the index of names that are not in it: those of before there was one, or of another form.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};

use crate::App;
use crate::store::{name_index, op::Op};

/// Organizations of one transaction.
const AT_ONCE: i64 = 2_000;

/// Says how many were put in.
pub async fn run(app: &App, new_ctx: impl Fn() -> Ctx) -> Result<i64, DbFault> {
    let mut done = 0;
    loop {
        let some = async |c: &mut Conn| name_index::index_catch_up(c, AT_ONCE).await;
        let put = app.store.tx(Op::NameIndex, &new_ctx(), some).await?;
        done += put;
        if put < AT_ONCE {
            return Ok(done);
        }
    }
}
