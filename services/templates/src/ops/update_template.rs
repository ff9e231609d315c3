//! Edits a template. What was submitted stays as it is.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::{Etag, TemplateName};

use super::{current, editable, own_subscription, record, updated};
use crate::App;
use crate::error::Error;
use crate::model::template::{Content, Template, apply};
use crate::store::{op::Op, template};

/// What to change.
pub struct Edit {
    pub name: TemplateName,
    pub etag: Etag,
    /// New values; settings among them fit the schema.
    pub content: Content,
    /// Fields to take over from `content`.
    pub mask: Vec<String>,
}

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, edit: Edit) -> Result<Template, Error> {
    let name = edit.name;
    app.store
        .mutate(Op::TemplateUpdate, ctx, mutation, async |c: &mut Conn| {
            let before = current(c, name, &edit.etag).await?;
            editable(&before)?;
            let mut content = before.content.clone();
            apply(&mut content, &edit.content, &edit.mask);
            if content.wholesale_subscription != before.content.wholesale_subscription {
                own_subscription(c, name.organization, content.wholesale_subscription).await?;
            }
            let answer = template::template_update_if(c, name, before.version, &content).await.map_err(Error::Db)?;
            let after = updated(answer, name)?;
            record(c, ctx, "template.updated", Some(&before), &after).await?;
            Ok(after)
        })
        .await
}
