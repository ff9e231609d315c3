//! Reads a request for full administration.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, DbFault};
use dialtone_ids::AccessRequestName;

use crate::App;
use crate::error::Error;
use crate::model::access_request::AccessRequest;
use crate::store::{access_request, op::Op};

/// None without it. Who may see it depends on its ends, so the caller is authorised with the answer.
pub async fn run(app: &App, ctx: &Ctx, name: AccessRequestName) -> Result<Option<AccessRequest>, Error> {
    let ctx = ctx.everywhere();
    let read = async |c: &mut Conn| access_request::access_request_get(c, name).await;
    match app.store.read(Op::AccessRequestGet, &ctx, read).await {
        Ok(request) => Ok(Some(request)),
        Err(DbFault::NotFound) => Ok(None),
        Err(fault) => Err(Error::Db(fault)),
    }
}
