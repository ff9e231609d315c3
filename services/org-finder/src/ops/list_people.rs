//! Lists the people known to belong to an organization, by address.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::OrganizationId;

use super::{cut, page_size};
use crate::App;
use crate::error::Error;
use crate::model::person::{Filter, Person};
use crate::store::{op::Op, person};

/// One page, of the size and after the token asked for, and the token of the next; empty on the last.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    organization: OrganizationId,
    filter: &Filter,
    (asked, token): (i32, &str),
) -> Result<(Vec<Person>, String), Error> {
    let scope = format!("people of {organization} {filter:?}");
    let after: Option<String> = app.pager.open(token, &scope).map_err(|_| Error::BadPageToken)?;
    let size = page_size(asked);
    let read =
        async |c: &mut Conn| person::person_list(c, organization, filter, (after.as_deref(), size as i64 + 1)).await;
    let mut page = app.store.read(Op::PersonList, ctx, read).await.map_err(Error::Db)?;
    let next = cut(&mut page, size).map(|last| app.pager.seal(&last.email, &scope));
    Ok((page, next.unwrap_or_default()))
}
