//! Creates a draft for a partner.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::{OrganizationId, TemplateId, TemplateName};

use super::{must_be_partner, own_subscription, record, unless_repeated};
use crate::App;
use crate::error::Error;
use crate::model::template::{Content, Template};
use crate::store::{op::Op, template};

pub async fn run(
    app: &App,
    ctx: &Ctx,
    mutation: &Mutation,
    partner: OrganizationId,
    content: Content,
) -> Result<Template, Error> {
    if let Err(refusal) = must_be_partner(app, ctx, partner).await {
        return unless_repeated(app, Op::TemplateCreate, ctx, mutation, refusal).await;
    }
    let name = TemplateName::new(partner, TemplateId::new());
    app.store
        .mutate(Op::TemplateCreate, ctx, mutation, async |c: &mut Conn| {
            own_subscription(c, partner, content.wholesale_subscription).await?;
            let template = template::template_insert(c, name, &content).await.map_err(Error::Db)?;
            record(c, ctx, "template.created", None, &template).await?;
            Ok(template)
        })
        .await
}
