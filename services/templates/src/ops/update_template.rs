//! Edits a template. What was submitted stays as it is.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::{Etag, TemplateName};

use super::{found, record, updated};
use crate::App;
use crate::error::Error;
use crate::model::template::{Settings, Template, apply};
use crate::store::{op::Op, template};

/// What to change.
pub struct Edit {
    pub name: TemplateName,
    pub etag: Etag,
    pub settings: Settings,
    /// Fields to take over from `settings`.
    pub mask: Vec<String>,
}

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, edit: Edit) -> Result<Template, Error> {
    let name = edit.name;
    app.store
        .mutate(Op::TemplateUpdate, ctx, mutation, async |c: &mut Conn| {
            let before = template::template_get(c, name).await.map_err(|fault| found(fault, name))?;
            if !edit.etag.matches(before.version) {
                return Err(Error::Stale(name));
            }
            let mut settings = before.settings.clone();
            apply(&mut settings, edit.settings.clone(), &edit.mask);
            let answer = template::template_update_if(c, name, before.version, &settings).await.map_err(Error::Db)?;
            let after = updated(answer, name)?;
            record(c, ctx, "template.updated", Some(&before), &after).await?;
            Ok(after)
        })
        .await
}
