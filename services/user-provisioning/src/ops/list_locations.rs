//! Lists a customer's locations, oldest first.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::OrganizationId;
use uuid::Uuid;

use super::{cut, page_size, with_one_more};
use crate::App;
use crate::error::Error;
use crate::model::location::Location;
use crate::store::{location, op::Op};

/// One page, and the token of the next; empty on the last.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    organization: OrganizationId,
    asked: i32,
    token: &str,
) -> Result<(Vec<Location>, String), Error> {
    let scope = format!("locations of {organization}");
    let after: Option<Uuid> = app.pager.open(token, &scope).map_err(|_| Error::BadPageToken)?;
    let size = page_size(asked);
    let mut page = app
        .store
        .read(Op::LocationList, ctx, async |c: &mut Conn| {
            location::location_list(c, organization, after, with_one_more(size)).await.map_err(Error::Db)
        })
        .await?;
    let last = cut(&mut page, size);
    let next = last.map(|last| app.pager.seal(&last.name.location.uuid(), &scope));
    Ok((page, next.unwrap_or_default()))
}
