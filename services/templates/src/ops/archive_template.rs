//! Closes a template: its customers stay, no new one is made with it.

use chrono::Utc;
use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::{Etag, TemplateName};

use super::{current, editable, record, updated};
use crate::App;
use crate::error::Error;
use crate::model::template::Template;
use crate::store::{op::Op, template};

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, name: TemplateName, etag: Etag) -> Result<Template, Error> {
    app.store
        .mutate(Op::TemplateArchive, ctx, mutation, async |c: &mut Conn| {
            let before = current(c, name, &etag).await?;
            editable(&before)?;
            let closed = Template { archived: Some(Utc::now()), ..before.clone() };
            let after =
                updated(template::template_life_if(c, &closed, before.version).await.map_err(Error::Db)?, name)?;
            record(c, ctx, "template.archived", Some(&before), &after).await?;
            Ok(after)
        })
        .await
}
