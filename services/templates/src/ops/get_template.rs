//! Reads a template with its latest edits.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::TemplateName;

use super::found;
use crate::App;
use crate::error::Error;
use crate::model::template::Template;
use crate::store::{op::Op, template};

pub async fn run(app: &App, ctx: &Ctx, name: TemplateName) -> Result<Template, Error> {
    app.store
        .read(Op::TemplateGet, ctx, async |c: &mut Conn| {
            template::template_get(c, name).await.map_err(|fault| found(fault, name))
        })
        .await
}
