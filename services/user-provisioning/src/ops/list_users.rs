//! Lists a customer's users by address.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::OrganizationId;

use super::{cut, page_size, with_one_more};
use crate::App;
use crate::error::Error;
use crate::model::user::User;
use crate::store::{op::Op, user};

/// One page, and the token of the next; empty on the last.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    customer: OrganizationId,
    asked: i32,
    token: &str,
) -> Result<(Vec<User>, String), Error> {
    let scope = format!("users of {customer}");
    let after: Option<String> = app.pager.open(token, &scope).map_err(|_| Error::BadPageToken)?;
    let size = page_size(asked);
    let mut page = app
        .store
        .read(Op::UserList, ctx, async |c: &mut Conn| {
            user::user_list(c, customer, after.as_deref(), with_one_more(size)).await.map_err(Error::Db)
        })
        .await?;
    let next = cut(&mut page, size).map(|last| app.pager.seal(&last.person.email, &scope));
    Ok((page, next.unwrap_or_default()))
}
