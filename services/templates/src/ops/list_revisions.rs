//! Lists what was submitted of a template, newest first.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::TemplateName;

use super::{cut, found, page_size};
use crate::App;
use crate::error::Error;
use crate::model::revision::Revision;
use crate::store::{op::Op, revision, template as templates};

/// One page, and the token of the next; empty on the last.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    template: TemplateName,
    asked: i32,
    token: &str,
) -> Result<(Vec<Revision>, String), Error> {
    let scope = format!("revisions of {template}");
    let before: Option<i32> = app.pager.open(token, &scope).map_err(|_| Error::BadPageToken)?;
    let size = page_size(asked);
    let mut page = app
        .store
        .read(Op::RevisionList, ctx, async |c: &mut Conn| {
            templates::template_get(c, template).await.map_err(|fault| found(fault, template))?;
            revision::revision_list(c, template, before, size as i64 + 1).await.map_err(Error::Db)
        })
        .await?;
    let last = cut(&mut page, size);
    Ok((page, last.map_or_else(String::new, |last| app.pager.seal(&last.name.number, &scope))))
}
