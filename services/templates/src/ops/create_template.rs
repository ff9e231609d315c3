//! Creates a draft for a partner.

use dialtone_authz::Ctx;
use dialtone_db::{Conn, Mutation};
use dialtone_ids::{OrganizationId, TemplateId, TemplateName};

use super::record;
use crate::App;
use crate::error::Error;
use crate::model::template::{Settings, Template};
use crate::store::{op::Op, template};

pub async fn run(
    app: &App,
    ctx: &Ctx,
    mutation: &Mutation,
    partner: OrganizationId,
    settings: Settings,
) -> Result<Template, Error> {
    if !app.org_finder.is_partner(ctx, partner).await.map_err(Error::Peer)? {
        return Err(Error::NotAPartner(partner));
    }
    let name = TemplateName::new(partner, TemplateId::new());
    app.store
        .mutate(Op::TemplateCreate, ctx, mutation, async |c: &mut Conn| {
            let template = template::template_insert(c, name, &settings).await.map_err(Error::Db)?;
            record(c, ctx, "template.created", None, &template).await?;
            Ok(template)
        })
        .await
}
