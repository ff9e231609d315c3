//! Submits a template: an immutable revision, and at the first time its provisioning id.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation, TxContext as _};
use dialtone_ids::{Etag, TemplateName};

use super::{current, editable, own_subscription, record, updated};
use crate::App;
use crate::error::Error;
use crate::model::provisioning_id;
use crate::model::setting::{Level, out_of_date};
use crate::model::template::Template;
use crate::store::{op::Op, revision, setting, template};

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, name: TemplateName, etag: Etag) -> Result<Template, Error> {
    // 80 random bits: that one meets another is less likely than a broken disk, and then the unique key refuses it.
    let fresh = provisioning_id::from_random(rand::random());
    app.store
        .mutate(Op::TemplateSubmit, ctx, mutation, async |c: &mut Conn| {
            let before = current(c, name, &etag).await?;
            editable(&before)?;
            let nothing = Error::NothingToSubmit { template: name, revision: before.revision };
            let number = before.next_revision().ok_or(nothing)?;
            // Both were right when they were given, and the world goes on.
            own_subscription(c, name.organization, before.content.wholesale_subscription).await?;
            let definitions = setting::setting_definition_list(c).await.map_err(Error::Db)?;
            let keys = out_of_date(&definitions, Level::Template, &before.content.settings);
            if !keys.is_empty() {
                return Err(Error::SettingsOutOfDate { template: name, keys });
            }
            let id = before.provisioning_id.as_deref().unwrap_or(&fresh);
            let answer = template::template_submit_if(c, name, before.version, number, id).await.map_err(Error::Db)?;
            let after = updated(answer, name)?;
            revision::revision_insert(c, name, number, &after.content, ctx.actor()).await.map_err(Error::Db)?;
            record(c, ctx, "template.submitted", Some(&before), &after).await?;
            Ok(after)
        })
        .await
}
