//! Lists an organization's targets, oldest first.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::OrganizationId;
use uuid::Uuid;

use super::{cut, page_size, with_one_more};
use crate::App;
use crate::error::Error;
use crate::model::target::Target;
use crate::store::{op::Op, target};

/// One page, and the token of the next; empty on the last.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    organization: OrganizationId,
    asked: i32,
    token: &str,
) -> Result<(Vec<Target>, String), Error> {
    let scope = format!("targets of {organization}");
    let after: Option<Uuid> = app.pager.open(token, &scope).map_err(|_| Error::BadPageToken)?;
    let size = page_size(asked);
    let mut page = app
        .store
        .read(Op::TargetList, ctx, async |c: &mut Conn| {
            target::target_list(c, organization, after, with_one_more(size)).await.map_err(Error::Db)
        })
        .await?;
    let last = cut(&mut page, size);
    let next = last.map(|last| app.pager.seal(&last.name.target.uuid(), &scope));
    Ok((page, next.unwrap_or_default()))
}
