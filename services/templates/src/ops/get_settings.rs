//! Reads what an organization or a user sets for itself.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use crate::App;
use crate::error::Error;
use crate::model::setting::{Owned, Owner};
use crate::store::{op::Op, setting};

pub async fn run(app: &App, ctx: &Ctx, owner: Owner) -> Result<Owned, Error> {
    app.store
        .read(Op::SettingsGet, ctx, async |c: &mut Conn| setting::setting_values_get(c, owner).await.map_err(Error::Db))
        .await
}
