//! Lists a partner's templates, oldest first; deleted ones if asked for.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::OrganizationId;

use super::{cut, page_size};
use crate::App;
use crate::error::Error;
use crate::model::template::Template;
use crate::store::op::Op;
use crate::store::template::{self, Place};

/// One page, and the token of the next; empty on the last.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    partner: OrganizationId,
    deleted: bool,
    asked: i32,
    token: &str,
) -> Result<(Vec<Template>, String), Error> {
    let scope = format!("templates of {partner}, deleted {deleted}");
    let after: Option<Place> = app.pager.open(token, &scope).map_err(|_| Error::BadPageToken)?;
    let size = page_size(asked);
    let mut page = app
        .store
        .read(Op::TemplateList, ctx, async |c: &mut Conn| {
            template::template_list(c, partner, after.as_ref(), deleted, size as i64 + 1).await.map_err(Error::Db)
        })
        .await?;
    let last = cut(&mut page, size);
    let place = last.map(|last| Place { created: last.created, id: last.name.template.uuid() });
    Ok((page, place.map_or_else(String::new, |place| app.pager.seal(&place, &scope))))
}
