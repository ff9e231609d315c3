//! Compares two revisions, or one with the template as it is now.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::TemplateName;

use super::{found, found_revision};
use crate::App;
use crate::error::Error;
use crate::model::difference::{Difference, differences};
use crate::model::revision::RevisionName;
use crate::store::{op::Op, revision, template};

/// From revision `from` to revision `to`, or to the edits where there is none.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    name: TemplateName,
    from: i32,
    to: Option<i32>,
) -> Result<Vec<Difference>, Error> {
    app.store
        .read(Op::RevisionDiff, ctx, async |c: &mut Conn| {
            let template = template::template_get(c, name).await.map_err(|fault| found(fault, name))?;
            let from = RevisionName { template: name, number: from };
            let before = revision::revision_get(c, from).await.map_err(|fault| found_revision(fault, from))?;
            let after = match to.map(|number| RevisionName { template: name, number }) {
                None => template.content,
                Some(to) => revision::revision_get(c, to).await.map_err(|fault| found_revision(fault, to))?.content,
            };
            Ok(differences(&before.content, &after))
        })
        .await
}
