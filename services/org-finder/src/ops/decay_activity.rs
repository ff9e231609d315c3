//! Takes people out of the count of active ones who were not seen for a year.

use chrono::Utc;
use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};

use crate::App;
use crate::model::activity::dormant_before;
use crate::store::{activity, op::Op};

/// People of one transaction, so that its locks are short.
const AT_ONCE: i64 = 1_000;

/// Says how many became dormant.
pub async fn run(app: &App, ctx: &Ctx) -> Result<i64, DbFault> {
    let before = dormant_before(Utc::now());
    let mut dormant = 0;
    loop {
        let decay = async |c: &mut Conn| activity::activity_decay(c, before, AT_ONCE).await;
        let slept = app.store.tx(Op::ActivityDecay, ctx, decay).await?;
        dormant += slept;
        if slept < AT_ONCE {
            return Ok(dormant);
        }
    }
}
