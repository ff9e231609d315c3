//! Lists the organizations on which a person has a grant of its own.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::OrganizationId;

use crate::App;
use crate::error::Error;
use crate::model::access::AccessRole;
use crate::store::{grant, op::Op};

/// The most that are listed.
const MOST: i64 = 1_000;

pub async fn run(app: &App, ctx: &Ctx, subject: &str) -> Result<Vec<(OrganizationId, AccessRole)>, Error> {
    let ctx = ctx.everywhere();
    let read = async |c: &mut Conn| grant::grant_list_of_subject(c, subject, MOST).await;
    app.store.read(Op::AccessList, &ctx, read).await.map_err(Error::Db)
}
