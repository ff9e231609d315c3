//! Writes down which requests have expired, and tells it; whoever reads one knows it before.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};

use super::end_access_request;
use crate::App;
use crate::store::{access_request, op::Op};

/// Requests of one transaction, so that its locks are short.
const AT_ONCE: usize = 100;

/// Says how many expired.
pub async fn run(app: &App, ctx: &Ctx) -> Result<usize, DbFault> {
    let mut expired = 0;
    loop {
        let some = async |c: &mut Conn| {
            let due = access_request::access_request_lock_due(c, AT_ONCE as i64).await?;
            for request in &due {
                end_access_request::expire(c, ctx, request).await?;
            }
            Ok::<_, DbFault>(due.len())
        };
        let ended = app.store.tx(Op::AccessRequestExpire, ctx, some).await?;
        expired += ended;
        if ended < AT_ONCE {
            return Ok(expired);
        }
    }
}
