//! Shows what a submit would fix.

use dialtone_authz::Ctx;
use dialtone_db::Conn;
use dialtone_ids::TemplateName;

use super::found;
use crate::App;
use crate::error::Error;
use crate::model::review::{self, Value, Warning};
use crate::model::template::Template;
use crate::store::{op::Op, revision, setting, template};

/// What to look at before submitting.
pub struct Review {
    pub template: Template,
    pub values: Vec<Value>,
    pub warnings: Vec<Warning>,
    pub changed: Vec<String>,
}

pub async fn run(app: &App, ctx: &Ctx, name: TemplateName) -> Result<Review, Error> {
    let (template, submitted, definitions) = app
        .store
        .read(Op::TemplateReview, ctx, async |c: &mut Conn| {
            let template = template::template_get(c, name).await.map_err(|fault| found(fault, name))?;
            let submitted = revision::revision_newest(c, name).await.map_err(Error::Db)?;
            let definitions = setting::setting_definition_list(c).await.map_err(Error::Db)?;
            Ok::<_, Error>((template, submitted, definitions))
        })
        .await?;
    Ok(Review {
        values: review::effective(&template.content, &definitions),
        warnings: review::warnings(&template.content, submitted.as_ref(), &definitions),
        changed: review::changed(&template.content, submitted.as_ref(), &definitions),
        template,
    })
}
