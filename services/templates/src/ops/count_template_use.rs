//! Counts the customers made with a template, by revision.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::TemplateName;

use super::found;
use crate::App;
use crate::error::Error;
use crate::model::revision::RevisionName;
use crate::store::{op::Op, template, template_use};

/// Newest revision first, those with customers only.
pub async fn run(app: &App, ctx: &Ctx, name: TemplateName) -> Result<Vec<(RevisionName, i64)>, Error> {
    app.store
        .read(Op::TemplateUseCount, ctx, async |c: &mut Conn| {
            template::template_get(c, name).await.map_err(|fault| found(fault, name))?;
            template_use::template_use_count(c, name).await.map_err(Error::Db)
        })
        .await
}
