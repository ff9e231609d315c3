//! Lists the packages of the catalogue with the rules between them.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use crate::App;
use crate::error::Error;
use crate::model::package::{Audience, Package};
use crate::store::{op::Op, package};

/// Those for `audience`, or all; retired ones too if `retired`.
pub async fn run(app: &App, ctx: &Ctx, audience: Option<Audience>, retired: bool) -> Result<Vec<Package>, Error> {
    app.store
        .read(Op::PackageList, ctx, async |c: &mut Conn| {
            package::package_list(c, audience, retired).await.map_err(Error::Db)
        })
        .await
}
