//! Lists the schema of settings.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use crate::App;
use crate::error::Error;
use crate::model::setting::Definitions;
use crate::store::{op::Op, setting};

pub async fn run(app: &App, ctx: &Ctx) -> Result<Definitions, Error> {
    app.store
        .read(Op::SettingDefinitionList, ctx, async |c: &mut Conn| {
            setting::setting_definition_list(c).await.map_err(Error::Db)
        })
        .await
}
