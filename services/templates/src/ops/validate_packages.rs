//! Says which rules packages break together.

use dialtone_authz::Ctx;
use dialtone_db::Conn;

use crate::App;
use crate::error::Error;
use crate::model::package::{Audience, Broken, broken};
use crate::store::{op::Op, package};

/// `given` are names as the caller gave them.
pub async fn run(app: &App, ctx: &Ctx, audience: Audience, given: &[String]) -> Result<Vec<Broken>, Error> {
    app.store
        .read(Op::PackagesValidate, ctx, async |c: &mut Conn| {
            let catalogue = package::package_list(c, None, true).await.map_err(Error::Db)?;
            let bases = package::package_bases_get(c, audience).await.map_err(Error::Db)?;
            Ok(broken(&catalogue, bases, audience, given))
        })
        .await
}
