//! Takes a deletion back: the template is as it was before.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::{Etag, TemplateName};

use super::{current, record, updated};
use crate::App;
use crate::error::Error;
use crate::model::template::Template;
use crate::store::{op::Op, template};

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, name: TemplateName, etag: Etag) -> Result<Template, Error> {
    app.store
        .mutate(Op::TemplateUndelete, ctx, mutation, async |c: &mut Conn| {
            let before = current(c, name, &etag).await?;
            if before.deleted.is_none() {
                return Err(Error::NothingToUndo(name));
            }
            let back = Template { deleted: None, ..before.clone() };
            let after = updated(template::template_life_if(c, &back, before.version).await.map_err(Error::Db)?, name)?;
            record(c, ctx, "template.undeleted", Some(&before), &after).await?;
            Ok(after)
        })
        .await
}
