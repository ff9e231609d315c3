//! Opens an archived template again.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::{Etag, TemplateName};

use super::{current, not_deleted, record, updated};
use crate::App;
use crate::error::Error;
use crate::model::template::Template;
use crate::store::{op::Op, template};

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, name: TemplateName, etag: Etag) -> Result<Template, Error> {
    app.store
        .mutate(Op::TemplateUnarchive, ctx, mutation, async |c: &mut Conn| {
            let before = current(c, name, &etag).await?;
            not_deleted(&before)?;
            if before.archived.is_none() {
                return Err(Error::NothingToUndo(name));
            }
            let open = Template { archived: None, ..before.clone() };
            let after = updated(template::template_life_if(c, &open, before.version).await.map_err(Error::Db)?, name)?;
            record(c, ctx, "template.unarchived", Some(&before), &after).await?;
            Ok(after)
        })
        .await
}
