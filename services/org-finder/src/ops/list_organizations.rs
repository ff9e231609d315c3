//! Lists organizations by name.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use super::{cut, page_size};
use crate::App;
use crate::error::Error;
use crate::model::organization::Organization;
use crate::store::organization::{self, Place};
use crate::store::{access, op::Op};

/// Which organizations the caller may see.
#[derive(Clone, Debug)]
pub enum Visible {
    All,
    /// Those on which this person has a role, its own and those reached through partner links.
    Of(String),
    None,
}

/// One page, and the token of the next; empty on the last.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    visible: &Visible,
    deleted_too: bool,
    asked: i32,
    token: &str,
) -> Result<(Vec<Organization>, String), Error> {
    let scope = format!("organizations of {visible:?}, deleted too: {deleted_too}");
    let after: Option<Place> = app.pager.open(token, &scope).map_err(|_| Error::BadPageToken)?;
    let size = page_size(asked);
    // Which ones is decided by the grants inside; there is no narrower list of tenants to give before they are read.
    let ctx = ctx.everywhere();
    let read = async |c: &mut Conn| {
        let among = match visible {
            Visible::All => None,
            Visible::Of(subject) => Some(access::access_reach(c, subject).await?),
            Visible::None => Some(Vec::new()),
        };
        organization::organization_list(c, among.as_deref(), deleted_too, after.as_ref(), size as i64 + 1).await
    };
    let mut page = app.store.read(Op::OrganizationList, &ctx, read).await.map_err(Error::Db)?;
    let next = cut(&mut page, size).map(|last| app.pager.seal(&Place::of(last), &scope));
    Ok((page, next.unwrap_or_default()))
}
