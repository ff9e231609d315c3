//! Deletes a template with which no customer is made; it can be taken back for a while.

use chrono::Utc;
use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::{Etag, TemplateName};

use super::{current, not_deleted, record, updated};
use crate::App;
use crate::error::Error;
use crate::model::template::{Deletion, Template};
use crate::store::{op::Op, template, template_use};

pub async fn run(app: &App, ctx: &Ctx, mutation: &Mutation, name: TemplateName, etag: Etag) -> Result<Template, Error> {
    app.store
        .mutate(Op::TemplateDelete, ctx, mutation, async |c: &mut Conn| {
            let before = current(c, name, &etag).await?;
            not_deleted(&before)?;
            let at = Utc::now();
            let gone = Template { deleted: Some(Deletion { at, purge: at + app.undelete_window }), ..before.clone() };
            let after = updated(template::template_life_if(c, &gone, before.version).await.map_err(Error::Db)?, name)?;
            // Counted once the row is ours: whoever makes a customer holds it, and sees the deletion after us.
            let customers = template_use::template_use_count(c, name).await.map_err(Error::Db)?;
            let customers = customers.iter().map(|(_, customers)| customers).sum();
            if customers > 0 {
                return Err(Error::InUse { template: name, customers });
            }
            record(c, ctx, "template.deleted", Some(&before), &after).await?;
            Ok(after)
        })
        .await
}
