//! Lists the domains of an organization, by name.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::OrganizationId;

use super::{cut, page_size};
use crate::App;
use crate::error::Error;
use crate::model::held_domain::HeldDomain;
use crate::store::{domain, op::Op, organization};

/// One page, and the token of the next; empty on the last.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    organization: OrganizationId,
    asked: i32,
    token: &str,
) -> Result<(Vec<HeldDomain>, String), Error> {
    let scope = format!("domains of {organization}");
    let after: Option<String> = app.pager.open(token, &scope).map_err(|_| Error::BadPageToken)?;
    let size = page_size(asked);
    let read = async |c: &mut Conn| {
        if !organization::organization_exists(c, organization).await.map_err(Error::Db)? {
            return Err(Error::NotFound(organization.to_string()));
        }
        domain::domain_list(c, organization, after.as_deref(), size as i64 + 1).await.map_err(Error::Db)
    };
    let mut page = app.store.read(Op::DomainList, ctx, read).await?;
    let next = cut(&mut page, size).map(|last| app.pager.seal(&last.name.domain, &scope));
    Ok((page, next.unwrap_or_default()))
}
