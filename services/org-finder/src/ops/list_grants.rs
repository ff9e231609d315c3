//! Lists the roles given on an organization, by subject.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::OrganizationId;

use super::{cut, page_size};
use crate::App;
use crate::error::Error;
use crate::model::access::Grant;
use crate::store::{grant, op::Op};

/// One page, and the token of the next; empty on the last.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    organization: OrganizationId,
    asked: i32,
    token: &str,
) -> Result<(Vec<Grant>, String), Error> {
    let scope = format!("grants of {organization}");
    let after: Option<String> = app.pager.open(token, &scope).map_err(|_| Error::BadPageToken)?;
    let size = page_size(asked);
    let read = async |c: &mut Conn| grant::grant_list(c, organization, after.as_deref(), size as i64 + 1).await;
    let mut page = app.store.read(Op::GrantList, ctx, read).await.map_err(Error::Db)?;
    let next = cut(&mut page, size).map(|last| app.pager.seal(&last.subject, &scope));
    Ok((page, next.unwrap_or_default()))
}
